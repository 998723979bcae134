// The expectation files in the documentation and the examples are accepted.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "files.h"
#include "netmon/core/values/error.h"
#include "netmon/expect/expectation_file.h"

namespace netmon {
namespace {

struct Block {
  std::string text;
  std::string subject;
};

std::vector<Block> toml_blocks(const std::string& markdown) {
  constexpr std::string_view kBegin = "\n```toml\n";
  std::vector<Block> blocks;
  auto begin = markdown.find(kBegin);
  while (begin != std::string::npos) {
    const auto text = begin + kBegin.size();
    const auto end = markdown.find("\n```", text);
    const auto line =
        std::count(markdown.begin(), markdown.begin() + static_cast<long>(text), '\n');
    blocks.push_back(
        {markdown.substr(text, end - text + 1), "EXPECTATIONS.md+" + std::to_string(line)});
    begin = markdown.find(kBegin, end);
  }
  return blocks;
}

}  // namespace

TEST_CASE("every example of the documentation is a file of expectations") {
  const auto blocks = toml_blocks(test::text_of(test::root() / "docs/EXPECTATIONS.md"));
  CHECK(blocks.size() >= 4);
  for (const Block& block : blocks) {
    CAPTURE(block.subject);
    CHECK_NOTHROW(parse_expectations(block.text, block.subject));
  }
}

TEST_CASE("every file of the examples is a file of expectations") {
  const auto files = test::toml_files(test::root() / "examples/expectations");
  CHECK(files.size() >= 5);
  for (const auto& path : files) {
    CAPTURE(path.string());
    CHECK_NOTHROW(parse_expectations(test::text_of(path), path.filename().string()));
  }
}

TEST_CASE("every kind of change is in the documentation") {
  const std::string text = test::text_of(test::root() / "docs/EXPECTATIONS.md");
  for (const ChangeKind kind : all_change_kinds()) {
    CAPTURE(to_string(kind));
    CHECK(text.find("`" + std::string(to_string(kind)) + "`") != std::string::npos);
  }
}

TEST_CASE("every gap that can be accepted is in the documentation") {
  const std::string text = test::text_of(test::root() / "docs/FORMATS.md");
  for (const CaveatCode& code : acceptable_codes()) {
    const std::string word(to_string(code));
    CAPTURE(word);
    CHECK(text.find("`" + word + "`") != std::string::npos);
  }
}

}  // namespace netmon
