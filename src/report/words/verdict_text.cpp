#include "report/words/verdict_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxNotesOfOneKind = 8;

void add_notes(std::vector<Note>& notes, const Review& review, Weight weight,
               std::string_view label) {
  std::size_t found = 0;
  for (const Caveat& caveat : review.caveats) {
    if (caveat.weight != weight || ++found > kMaxNotesOfOneKind) continue;
    notes.push_back({label, caveat.message});
  }
  if (found > kMaxNotesOfOneKind) {
    notes.push_back(
        {label, fmt::format("and {} more, among the caveats below", found - kMaxNotesOfOneKind)});
  }
}

}  // namespace

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::clean:
      return "CLEAN";
    case Verdict::unapproved:
      return "UNAPPROVED";
    case Verdict::inconclusive:
      return "INCONCLUSIVE";
  }
  no_such_enumerator();
}

std::string verdict_scope_text(const Review& review) {
  const std::string& scope = review.verdict_scope;
  if (scope.empty()) return "";
  return (scope.starts_with("for ") ? " " : ": ") + scope;
}

std::string summary_text(const Review& review) {
  const ReviewSummary& summary = review.summary;
  std::vector<std::string> parts;
  const auto add = [&](std::uint64_t count, std::string_view singular, std::string_view plural) {
    if (count > 0) parts.push_back(counted(count, singular, plural));
  };
  add(summary.unapproved, "change not approved", "changes not approved");
  if (summary.unapproved == 0) parts.emplace_back("nothing unapproved");
  add(summary.expired, "approval expired", "approvals expired");
  add(summary.expected_missing, "expected but missing", "expected but missing");
  add(summary.approved, "approved", "approved");
  add(summary.notice, "notice", "notices");
  add(review.caveats.size(), "caveat", "caveats");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string verdict_line(const Review& review) {
  std::string line = fmt::format("{}: {}", verdict_word(review.verdict), summary_text(review));
  if (!review.verdict_scope.empty()) line += fmt::format(" ({})", review.verdict_scope);
  return line;
}

std::string verdict_remark(const Review& review) {
  return is_blind(review) ? "something that counts could have happened unseen" : "";
}

std::vector<Note> verdict_notes(const Review& review) {
  std::vector<Note> notes;
  if (review.verdict == Verdict::inconclusive) {
    add_notes(notes, review, Weight::decisive, "inconclusive");
  }
  add_notes(notes, review, Weight::accepted, "accepted");
  return notes;
}

std::string_view word_of(Weight weight) {
  switch (weight) {
    case Weight::informational:
      return "informational";
    case Weight::accepted:
      return "accepted";
    case Weight::decisive:
      return "decisive";
  }
  no_such_enumerator();
}

bool is_always_named(const Change& change) {
  return change.kind == ChangeKind::listener_removed ||
         change.kind == ChangeKind::arguments_changed;
}

}  // namespace netmon
