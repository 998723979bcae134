#include <doctest/doctest.h>

#include <string>

#include "netmon/report/report.h"

using namespace netmon;

TEST_CASE("a format is named exactly") {
  CHECK(parse_format("table") == Format::table);
  CHECK(parse_format("csv") == Format::csv);
  CHECK(parse_format("json") == Format::json);
  CHECK(parse_format("markdown") == Format::markdown);
  CHECK(parse_format("html") == Format::html);
  CHECK(parse_format("sarif") == Format::sarif);
  CHECK(parse_format("ocsf") == Format::ocsf);
  CHECK(parse_format("prom") == Format::prom);
  CHECK_FALSE(parse_format("JSON"));
  CHECK_FALSE(parse_format("jso"));
  CHECK_FALSE(parse_format(""));
}

TEST_CASE("a file's extension names its format") {
  CHECK(format_of_file("report.txt") == Format::table);
  CHECK(format_of_file("/tmp/a.b/report.csv") == Format::csv);
  CHECK(format_of_file("CHG-1042.json") == Format::json);
  CHECK(format_of_file("CHG-1042.md") == Format::markdown);
  CHECK(format_of_file("CHG-1042.html") == Format::html);
  CHECK(format_of_file("CHG-1042.sarif") == Format::sarif);
  CHECK(format_of_file("CHG-1042.ocsf.jsonl") == Format::ocsf);
  CHECK(format_of_file("/var/lib/node-exporter/netmon.prom") == Format::prom);
  CHECK_FALSE(format_of_file("CHG-1042.jsonl"));
  CHECK_FALSE(format_of_file("report"));
  CHECK_FALSE(format_of_file("report.json.bak"));
  CHECK_FALSE(format_of_file("/tmp/x.csv/report"));
  SUBCASE("a hidden file has none") {
    CHECK_FALSE(format_of_file(".csv"));
    CHECK_FALSE(format_of_file("/tmp/.json"));
  }
}

TEST_CASE("a format's name and extension lead back to it") {
  for (const Format format : kDiffFormats) {
    CHECK(parse_format(to_string(format)) == format);
    CHECK(format_of_file("x" + std::string(extension_of(format))) == format);
  }
}
