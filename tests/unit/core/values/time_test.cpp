#include "netmon/core/values/time.h"

#include <doctest/doctest.h>

#include <string>

#include "netmon/core/values/error.h"

namespace netmon {
namespace {

using namespace std::chrono_literals;

std::string parsed(std::string_view text) {
  const auto time = parse_timestamp(text);
  return time ? to_string(*time) : "refused";
}

}  // namespace

TEST_CASE("a time is written in UTC to the millisecond") {
  const Timestamp time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 19h + 45min + 7ms};
  CHECK(to_string(time) == "2026-03-02T19:45:00.007Z");
  CHECK(to_display(time) == "2026-03-02 19:45:00Z");
}

TEST_CASE("a time is read with parts left out") {
  CHECK(parsed("2026-03-02") == "2026-03-02T00:00:00.000Z");
  CHECK(parsed("2026-03-02T19:45") == "2026-03-02T19:45:00.000Z");
  CHECK(parsed("2026-03-02 19:45:59") == "2026-03-02T19:45:59.000Z");
  CHECK(parsed("2026-03-02T19:45:00.5Z") == "2026-03-02T19:45:00.500Z");
  CHECK(parsed("2026-03-02T19:45:00.123999Z") == "2026-03-02T19:45:00.123Z");
  CHECK(parsed("2024-02-29") == "2024-02-29T00:00:00.000Z");
}

TEST_CASE("an offset is taken off") {
  CHECK(parsed("2026-03-02T00:30+01:00") == "2026-03-01T23:30:00.000Z");
  CHECK(parsed("2026-03-02T19:45:00-05:30") == "2026-03-03T01:15:00.000Z");
}

TEST_CASE("what is no time is refused") {
  for (const char* text :
       {"", "2026", "2026-13-01", "2026-02-29", "2026-03-02T", "2026-03-02T24:00", "2026-03-02T19",
        "2026-03-02T19:60", "2026-03-02T19:45:60", "2026-03-02T19:45:00.", "2026-03-02T19:45x",
        "2026-03-02T19:45+1", "2026-03-02Z", "yesterday", "2026-3-2", " 2026-03-02"}) {
    CAPTURE(text);
    CHECK(parsed(text) == "refused");
  }
}

TEST_CASE("an offset does not lead out of the years 0000 to 9999") {
  CHECK(parse_timestamp("9999-12-31T23:59:59.999Z"));
  CHECK_FALSE(parse_timestamp("9999-12-31T23:59-00:01"));
  CHECK(parse_timestamp("0000-01-01T00:00Z"));
  CHECK_FALSE(parse_timestamp("0000-01-01T00:00+00:01"));
}

TEST_CASE("a duration is a number with a unit") {
  CHECK(parse_duration("--interval", "10") == 10s);
  CHECK(parse_duration("--interval", "250ms") == 250ms);
  CHECK(parse_duration("--interval", "1.5h") == 90min);
  CHECK(parse_duration("--interval", "2m") == 2min);
  CHECK(parse_duration("--interval", "366d") == 366 * 24h);
}

TEST_CASE("a duration that is none names the option and the text") {
  for (const char* text : {"", "0", "-1", "5 x", "1y", "367d", "s", "1e3", "inf", "nan", "0.1ms",
                           "+1", ".5s", " 1s", "1s ", "0x10", "99999999999999999999d"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_duration("--interval", text), Error);
  }
  CHECK_THROWS_WITH(parse_duration("--interval", "1y"),
                    "--interval '1y': is not a duration: a number with ms, s, m, h or d, such as "
                    "10s or 1.5h");
  CHECK_THROWS_WITH(parse_duration("--for", "367d"), "--for '367d': must be at most 366d");
}

}  // namespace netmon
