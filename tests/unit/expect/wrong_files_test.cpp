// Files that are rejected. Those of the folder `wrong` begin with a comment that has the expected
// error: "# LINE: MESSAGE".
#include <doctest/doctest.h>

#include <string>

#include "files.h"
#include "netmon/core/values/error.h"
#include "netmon/expect/expectation_file.h"

namespace netmon {
namespace {

// The error for the text; "accepted" if there is none.
std::string refusal_of(std::string_view text, const std::string& file = "F.toml") {
  try {
    parse_expectations(text, file);
  } catch (const Error& error) {
    CHECK(error.exit_code() == ExitCode::failure);
    return error.what();
  }
  return "accepted";
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

constexpr std::string_view kRule =
    "[[expect]]\nchange = \"moved\"\nmatch = { port = 1 }\nreason = \"r\"\n";

}  // namespace

TEST_CASE("every wrong file is refused by the line and the key at fault") {
  const auto files = test::toml_files(test::root() / "tests/unit/expect/wrong");
  CHECK(files.size() >= 25);
  for (const auto& path : files) {
    const std::string text = test::text_of(path);
    const std::string name = path.filename().string();
    REQUIRE(text.starts_with("# "));
    CHECK(refusal_of(text, name) == name + ":" + text.substr(2, text.find('\n') - 2));
  }
}

TEST_CASE("bytes that are no text are refused") {
  CHECK(refusal_of("# \xff\n") == "F.toml:1: Encountered invalid utf-8 sequence");
  CHECK(refusal_of("ticket = \"\xc0\xaf\"\n") == "F.toml:1: Encountered invalid utf-8 sequence");
  CHECK(refusal_of(std::string_view("ticket = \"a\0b\"\n", 15)).starts_with("F.toml:1: "));
  CHECK(refusal_of(std::string_view("a = 1\n\0", 7)).starts_with("F.toml:2: "));
}

TEST_CASE("a file of more than a mebibyte is refused unread") {
  constexpr std::size_t kMost = 1'048'576;
  const std::string comment = "#" + std::string(kMost, 'x');
  CHECK(refusal_of(comment) == "F.toml:1: the file is longer than 1 MiB");
  const std::string largest = std::string(kRule) + "#";
  CHECK(refusal_of(largest + std::string(kMost - largest.size(), 'x')) == "accepted");
}

TEST_CASE("nesting is bounded, of values and of keys") {
  CHECK(refusal_of("a = " + repeated("[", 500'000)).starts_with("F.toml:1: "));
  CHECK(refusal_of("a = " + repeated("{a=", 300'000)).starts_with("F.toml:1: "));
  const std::string deep = "F.toml:2: a key has too many parts";
  CHECK(refusal_of("\n" + repeated("a.", 500'000) + "a = 1\n") == deep);
  CHECK(refusal_of("\n[" + repeated("a.", 500'000) + "a]\n") == deep);
  CHECK(refusal_of("\n" + repeated("\"=\".", 200'000) + "a = 1\n") == deep);
  CHECK(refusal_of("\nm = { " + repeated("'.' . ", 100'000) + "a = 1 }\n") == deep);
}

TEST_CASE("text does not hide a deep key, and is none") {
  const std::string dots = repeated(".", 100);
  const std::string deep = repeated("a.", 100) + "a = 1\n";
  const auto is_deep = [](const std::string& text) {
    return refusal_of(text).find("a key has too many parts") != std::string::npos;
  };
  CHECK(is_deep("s = \"\\\"\"\n" + deep));
  CHECK(is_deep("s = ''\n" + deep));
  CHECK(is_deep("s = '\\'\n" + deep));
  CHECK(is_deep("s = \"\"\"a\"\"\"\"\"\n" + deep));
  CHECK(is_deep("s = '''\n'''''\n" + deep));
  CHECK(is_deep("s = '''\\'''\n" + deep));
  CHECK(is_deep("m = { s = \"\"\"a\"\"\"\", " + repeated("a.", 100) + "a = 1 }\n"));
  CHECK(is_deep("# \"\n" + deep));
  CHECK_FALSE(is_deep("s = \"" + dots + "\"\n"));
  CHECK_FALSE(is_deep("s = '" + dots + "'\n"));
  CHECK_FALSE(is_deep("s = \"\"\"\n" + dots + "\"\"\"\n"));
  CHECK_FALSE(is_deep("s = \"\\\"" + dots + "\"\n"));
  CHECK_FALSE(is_deep("# " + dots + "\n"));
}

TEST_CASE("a deep key is named by its line, whatever stands before it") {
  const std::string deep = repeated("a.", 100) + "a = 1\n";
  CHECK(refusal_of("s = \"\"\"\n\n\"\"\"\n" + deep).starts_with("F.toml:4: a key"));
}

TEST_CASE("10,000 rules are read, and one more is refused") {
  CHECK(parse_expectations(repeated(kRule, 10'000), "F.toml").rules.size() == 10'000);
  const std::string ban = "[[forbid]]\nmatch = { port = 1 }\nreason = \"r\"\n";
  CHECK(refusal_of(repeated(kRule, 10'000) + ban) == "F.toml:1: there are more than 10000 rules");
  CHECK(refusal_of(repeated(kRule, 10'001)) == "F.toml:1: expect: there are more than 10000 rules");
}

}  // namespace netmon
