#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "netmon/report/report.h"
#include "report/fixtures.h"

using namespace netmon;

namespace {

constexpr std::size_t kComment = 65'536;

Review review_with(std::size_t changes, std::size_t caveats) {
  Review review = fixture::unapproved_review();
  const ReviewedChange change = review.changes.front();
  review.changes.assign(changes, change);
  for (std::size_t i = 0; i < caveats; ++i) {
    review.caveats.push_back({.code = GapCode::code_not_read, .message = fmt::format("gap {}", i)});
  }
  return review;
}

auto lines_with(const std::string& text, const std::string& wanted) {
  std::size_t count = 0;
  for (std::size_t at = text.find(wanted); at != std::string::npos;
       at = text.find(wanted, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("a review that fits is whole") {
  const std::string text = render_markdown(review_with(20, 3));
  CHECK(lines_with(text, "\n| high | ") == 20);
  CHECK(text.find("Left out") == std::string::npos);
}

TEST_CASE("what a comment cannot hold is left out whole, and counted") {
  for (const std::size_t changes : {300U, 1000U, 20'000U}) {
    const Review review = review_with(changes, 2000);
    const std::string text = render_markdown(review);
    CHECK(text.size() < kComment);
    const std::size_t shown = lines_with(text, "\n| high | ");
    CHECK(shown > 50);
    const auto left_out = text.find("Left out, because a comment cannot be longer: ");
    REQUIRE(left_out != std::string::npos);
    if (shown < changes) {
      CHECK(text.find(fmt::format("cannot be longer: {} changes.", changes - shown)) !=
            std::string::npos);
    }
    CHECK(text.find("## Digests") != std::string::npos);
    CHECK(left_out < text.find("\n| high | "));
    const std::string section = text.substr(text.find("## What could not be seen"));
    CHECK(text.find(fmt::format("cannot be longer: {} caveats.",
                                review.caveats.size() - lines_with(section, "\n- **"))) !=
          std::string::npos);
  }
}
