#include "netmon/review.h"

#include <algorithm>
#include <array>
#include <utility>

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kStatuses{"unapproved"sv, "notice"sv};
constexpr std::array kVerdicts{"clean"sv, "unapproved"sv, "inconclusive"sv};

bool is_blind(const Review& review) {
  return std::ranges::any_of(
      review.caveats, [](const Caveat& caveat) { return caveat.weight == Weight::decisive; });
}

Verdict verdict_of(const Review& review) {
  if (review.summary.unapproved > 0) return Verdict::unapproved;
  return is_blind(review) ? Verdict::inconclusive : Verdict::clean;
}

bool fails(const ReviewedChange& reviewed, FailOn fail_on) {
  if (reviewed.status != Status::unapproved) return false;
  switch (fail_on) {
    case FailOn::low:
      return reviewed.change.severity >= Severity::low;
    case FailOn::medium:
      return reviewed.change.severity >= Severity::medium;
    case FailOn::high:
      return reviewed.change.severity >= Severity::high;
    case FailOn::never:
      return false;
  }
  return true;
}

// A threshold lets changes pass, never blindness: without a failing change, a side that could not
// see is still said.
ExitCode exit_code_of(const Review& review, FailOn fail_on) {
  if (std::ranges::any_of(review.changes,
                          [&](const ReviewedChange& c) { return fails(c, fail_on); })) {
    return ExitCode::unapproved;
  }
  return is_blind(review) ? ExitCode::inconclusive : ExitCode::success;
}

}  // namespace

std::string_view to_string(Status status) { return kStatuses.at(static_cast<std::size_t>(status)); }

std::string_view to_string(Verdict verdict) {
  return kVerdicts.at(static_cast<std::size_t>(verdict));
}

std::optional<FailOn> parse_fail_on(std::string_view text) {
  if (text == "low") return FailOn::low;
  if (text == "medium") return FailOn::medium;
  if (text == "high") return FailOn::high;
  if (text == "never") return FailOn::never;
  return std::nullopt;
}

Review review(const SnapshotInfo& before, const SnapshotInfo& after, Comparison comparison,
              FailOn fail_on) {
  Review result{.before = before, .after = after, .caveats = std::move(comparison.caveats)};
  for (Change& change : comparison.changes) {
    const bool notice = change.severity == Severity::notice;
    ++(notice ? result.summary.notice : result.summary.unapproved);
    result.changes.push_back(
        {.change = std::move(change), .status = notice ? Status::notice : Status::unapproved});
  }
  result.verdict = verdict_of(result);
  result.exit_code = exit_code_of(result, fail_on);
  return result;
}

}  // namespace netmon
