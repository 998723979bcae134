// The words that reports print are in their contract, docs/FORMATS.md.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "netmon/report/report.h"

using namespace netmon;

namespace {

std::string text_of(const std::filesystem::path& path) {
  const auto root = std::filesystem::path(NETMON_TEST_DATA).parent_path();
  std::ifstream file(root / path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string contract() { return text_of("docs/FORMATS.md"); }

bool has_word(const std::string& text, std::string_view word) {
  return text.find("`" + std::string(word) + "`") != std::string::npos;
}

}  // namespace

TEST_CASE("every kind of change, every attribute and every gap is in the contract") {
  const std::string text = contract();
  REQUIRE_FALSE(text.empty());
  for (const ChangeKind kind : all_change_kinds()) {
    CAPTURE(to_string(kind));
    CHECK(has_word(text, to_string(kind)));
  }
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(Attribute::promise); ++i) {
    CAPTURE(to_string(static_cast<Attribute>(i)));
    CHECK(has_word(text, to_string(static_cast<Attribute>(i))));
  }
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(GapCode::events_lost); ++i) {
    CAPTURE(to_string(static_cast<GapCode>(i)));
    CHECK(has_word(text, to_string(static_cast<GapCode>(i))));
  }
}

TEST_CASE("every schema of JSON is a contract that says how it may change") {
  const std::string text = text_of("docs/COMPATIBILITY.md");
  const std::string formats = contract();
  std::size_t found = 0;
  for (std::size_t at = formats.find("netmon-"); at != std::string::npos;
       at = formats.find("netmon-", at + 1)) {
    const std::size_t end = formats.find_first_not_of("abcdefghijklmnopqrstuvwxyz-/1234567890", at);
    const std::string name = formats.substr(at, end - at);
    if (name.find('/') == std::string::npos) continue;
    CAPTURE(name);
    CHECK(has_word(text, name));
    ++found;
  }
  CHECK(found >= 7);
}
