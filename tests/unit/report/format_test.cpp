#include <doctest/doctest.h>

#include "netmon/report.h"

using namespace netmon;

TEST_CASE("a format is named exactly") {
  CHECK(parse_format("table") == Format::table);
  CHECK(parse_format("csv") == Format::csv);
  CHECK(parse_format("json") == Format::json);
  CHECK_FALSE(parse_format("JSON"));
  CHECK_FALSE(parse_format("jso"));
  CHECK_FALSE(parse_format(""));
}

TEST_CASE("a file's extension names its format") {
  CHECK(format_of_file("report.txt") == Format::table);
  CHECK(format_of_file("/tmp/a.b/report.csv") == Format::csv);
  CHECK(format_of_file("CHG-1042.json") == Format::json);
  CHECK_FALSE(format_of_file("report"));
  CHECK_FALSE(format_of_file("report.json.bak"));
  CHECK_FALSE(format_of_file("/tmp/x.csv/report"));
  SUBCASE("a hidden file has none") {
    CHECK_FALSE(format_of_file(".csv"));
    CHECK_FALSE(format_of_file("/tmp/.json"));
  }
}
