#include "netmon/review.h"

#include <doctest/doctest.h>

namespace netmon {
namespace {

Change change(Severity severity) {
  Change result;
  result.severity = severity;
  return result;
}

Caveat caveat(Weight weight) { return {.code = "netns-not-entered", .weight = weight}; }

Review reviewed(Comparison comparison, FailOn fail_on = FailOn::low) {
  return review({}, {}, std::move(comparison), fail_on);
}

}  // namespace

TEST_CASE("nothing but notices is clean") {
  const auto result = reviewed({{change(Severity::notice)}, {}});
  CHECK(result.verdict == Verdict::clean);
  CHECK(result.exit_code == ExitCode::success);
  CHECK(result.summary == ReviewSummary{.notice = 1});
  CHECK(result.changes.front().status == Status::notice);
}

TEST_CASE("a change of any severity is unapproved") {
  for (const Severity severity : {Severity::low, Severity::medium, Severity::high}) {
    const auto result = reviewed({{change(severity)}, {}});
    CHECK(result.verdict == Verdict::unapproved);
    CHECK(result.exit_code == ExitCode::unapproved);
    CHECK(result.summary.unapproved == 1);
  }
}

TEST_CASE("a decisive caveat without a change is inconclusive") {
  const auto result = reviewed({{}, {caveat(Weight::decisive)}});
  CHECK(result.verdict == Verdict::inconclusive);
  CHECK(result.exit_code == ExitCode::inconclusive);
  CHECK(reviewed({{}, {caveat(Weight::informational)}}).exit_code == ExitCode::success);
}

TEST_CASE("an unapproved change outweighs a caveat") {
  const auto result = reviewed({{change(Severity::low)}, {caveat(Weight::decisive)}});
  CHECK(result.verdict == Verdict::unapproved);
  CHECK(result.exit_code == ExitCode::unapproved);
}

TEST_CASE("fail-on moves the exit code and leaves the verdict") {
  const auto below = reviewed({{change(Severity::medium)}, {}}, FailOn::high);
  CHECK(below.verdict == Verdict::unapproved);
  CHECK(below.exit_code == ExitCode::success);
  CHECK(reviewed({{change(Severity::high)}, {}}, FailOn::high).exit_code == ExitCode::unapproved);
  CHECK(reviewed({{change(Severity::high)}, {}}, FailOn::never).exit_code == ExitCode::success);
}

TEST_CASE("fail-on lets changes pass, never blindness") {
  CHECK(reviewed({{change(Severity::high)}, {caveat(Weight::decisive)}}, FailOn::never).exit_code ==
        ExitCode::inconclusive);
}

TEST_CASE("a threshold is one of four words") {
  CHECK(parse_fail_on("low") == FailOn::low);
  CHECK(parse_fail_on("high") == FailOn::high);
  CHECK(parse_fail_on("never") == FailOn::never);
  CHECK_FALSE(parse_fail_on("notice"));
  CHECK_FALSE(parse_fail_on(""));
}

}  // namespace netmon
