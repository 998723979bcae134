#include "linux/programs/interpreter.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace netmon {
namespace {

std::optional<Interpreter> marks_in(const std::vector<std::string>& pieces) {
  InterpreterMarks marks;
  for (const std::string& piece : pieces) marks.add(piece);
  return marks.found();
}

}  // namespace

TEST_CASE("interpreters are known by name, whatever their version") {
  const std::vector<std::pair<std::string, Interpreter>> names = {
      {"python3.11", Interpreter::python}, {"python", Interpreter::python},
      {"pypy3.9", Interpreter::python},    {"perl5.36.0", Interpreter::perl},
      {"ruby3.1", Interpreter::ruby},      {"node", Interpreter::node},
      {"nodejs", Interpreter::node},       {"deno", Interpreter::node},
      {"php8.2", Interpreter::php},        {"bash", Interpreter::shell},
      {"ksh93", Interpreter::shell},       {"java", Interpreter::java},
      {"dotnet", Interpreter::dotnet},     {"lua5.4", Interpreter::lua},
      {"luajit-2.1.0", Interpreter::lua},  {"R", Interpreter::r},
      {"tclsh8.6", Interpreter::tcl},      {"guile-3.0", Interpreter::guile},
      {"mawk", Interpreter::awk},          {"busybox", Interpreter::multicall},
      {"toybox", Interpreter::multicall},  {"ld-linux-x86-64.so.2", Interpreter::loader},
      {"ld-2.31.so", Interpreter::loader}, {"ld-musl-x86_64.so.1", Interpreter::loader}};
  for (const auto& expected : names) {
    CAPTURE(expected.first);  // clang 14 cannot capture a structured binding
    CHECK(interpreter_by_name(expected.first) == expected.second);
  }
}

TEST_CASE("servers and tools of similar names are none") {
  for (const char* name : {"php-fpm8.2", "nginx", "node_exporter", "javac", "python-config",
                           "rustc", "shutdown", "ld", "lddtree.so", "", "3.11", "bashful"}) {
    CAPTURE(name);
    CHECK_FALSE(interpreter_by_name(name).has_value());
  }
}

TEST_CASE("every interpreter has a word, and every word its interpreter") {
  for (unsigned i = 0; i <= static_cast<unsigned>(Interpreter::awk); ++i) {
    const auto interpreter = static_cast<Interpreter>(i);
    CAPTURE(to_string(interpreter));
    CHECK(parse_interpreter(to_string(interpreter)) == interpreter);
  }
  CHECK_FALSE(parse_interpreter("").has_value());
  CHECK_FALSE(parse_interpreter("cobol").has_value());
}

TEST_CASE("a mark is found wherever it lies, also across pieces") {
  CHECK(marks_in({"xxPy_BytesMainxx"}) == Interpreter::python);
  CHECK(marks_in({"Py_Bytes", "Main"}) == Interpreter::python);
  CHECK(marks_in({std::string(200'000, 'x') + "perl_des", "truct" + std::string(200'000, 'x')}) ==
        Interpreter::perl);
  const std::string mark = "cli_set_process_title";
  std::vector<std::string> letters;
  for (const char letter : mark) letters.emplace_back(1, letter);
  CHECK(marks_in(letters) == Interpreter::php);
  CHECK_FALSE(marks_in({"Py_Bytes", "_Main"}).has_value());
  CHECK_FALSE(marks_in({"", ""}).has_value());
}

TEST_CASE("of several marks the most general one counts") {
  CHECK(marks_in({"Illegal option -%c ... BusyBox is copyrighted by many authors"}) ==
        Interpreter::multicall);
}

}  // namespace netmon
