#include "report/golden.h"

#include <doctest/doctest.h>

#include <clocale>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

namespace netmon {
namespace {

// Sets the locale as main() does: wide characters take two columns.
[[maybe_unused]] const char* const kLocale = std::setlocale(LC_CTYPE, "C.UTF-8");

std::optional<std::string> read_file(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool is_update_wanted() {
  const char* const value = std::getenv("UPDATE_GOLDEN");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace

void check_golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(NETMON_TEST_DATA) + "/golden/" + name;
  const std::optional<std::string> expected = read_file(path);
  if (is_update_wanted() && expected != actual) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << actual;
    file.close();
    REQUIRE_MESSAGE(file, "cannot write ", path);
    FAIL_CHECK(path, " was rewritten: review it, then run the test again");
    return;
  }
  INFO(path, " (UPDATE_GOLDEN=1 rewrites it)");
  REQUIRE(expected.has_value());
  CHECK(*expected == actual);
}

}  // namespace netmon
