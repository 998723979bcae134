#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "netmon/report/report.h"
#include "report/fixtures.h"

using namespace netmon;

namespace {

bool has_line(const std::string& text, std::string_view line) {
  return ("\n" + text).find("\n" + std::string(line) + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("one of the three verdicts is 1, and the others are 0") {
  const std::string text = render_prom(fixture::inconclusive_review());
  const std::string labels = R"(netmon_diff_verdict{before="@empty",after="@now",verdict=)";
  CHECK(has_line(text, labels + R"("inconclusive"} 1)"));
  CHECK(has_line(text, labels + R"("clean"} 0)"));
  CHECK(has_line(text, labels + R"("unapproved"} 0)"));
  CHECK(has_line(text, R"(netmon_diff_exit_code{before="@empty",after="@now"} 3)"));
}

TEST_CASE("changes are counted by status and severity, those included that there are none of") {
  const std::string text = render_prom(fixture::decided_review());
  const std::string labels =
      R"(netmon_diff_changes{before="pre-change",after="post-change",status=)";
  CHECK(has_line(text, labels + R"("unapproved",severity="high"} 2)"));
  CHECK(has_line(text, labels + R"("expired",severity="medium"} 1)"));
  CHECK(has_line(text, labels + R"("unapproved",severity="low"} 0)"));
  CHECK(has_line(render_prom(fixture::clean_review()),
                 labels + R"("unapproved",severity="high"} 0)"));
}

TEST_CASE("the times of both snapshots are seconds, and a baseline has an age") {
  const std::string text = render_prom(fixture::clean_review());
  CHECK(has_line(text, R"(netmon_diff_snapshot_timestamp_seconds{before="pre-change",)"
                       R"(after="post-change",side="before",host="db1"} 1772480700.123)"));
  CHECK(has_line(text,
                 R"(netmon_diff_baseline_age_seconds{before="pre-change",after="post-change"} )"
                 "1829.877"));
  SUBCASE("the empty snapshot has neither") {
    const std::string of_empty = render_prom(fixture::inconclusive_review());
    CHECK(of_empty.find("side=\"before\"") == std::string::npos);
    CHECK(of_empty.find("baseline_age") == std::string::npos);
  }
}

TEST_CASE("a label ends at no quote, backslash or line break of a name") {
  Review review = fixture::clean_review();
  review.before.label = "a\"b\\c\nd\xff";
  const std::string text = render_prom(review);
  CHECK(text.find(R"(before="a\"b\\c\\nd\\xff",after="post-change")") != std::string::npos);
}
