#include "report/words/finding_text.h"

#include <fmt/format.h>

#include "report/words/verdict_text.h"

namespace netmon {

bool is_finding(const ReviewedChange& reviewed, Detail detail) {
  const bool is_settled = reviewed.status == Status::approved || reviewed.status == Status::notice;
  return !is_settled || detail == Detail::everything || is_always_named(reviewed.change);
}

std::string finding_text(const ReviewedChange& reviewed) {
  const std::string_view prefix = reviewed.status == Status::expired ? "approval expired: " : "";
  return std::string(prefix) + reviewed.change.message;
}

const Rule* rule_of(const Review& review, const ReviewedChange& reviewed) {
  if (reviewed.forbidden_by) return &review.rules[*reviewed.forbidden_by].rule;
  if (reviewed.rule) return &review.rules[*reviewed.rule].rule;
  return nullptr;
}

std::string inconclusive_text(const Review& review) {
  std::string text(kInconclusive);
  std::size_t found = 0;
  for (const Caveat& caveat : review.caveats) {
    if (caveat.weight != Weight::decisive) continue;
    if (++found == 1) text += ": " + caveat.message;
  }
  if (found > 1) text += fmt::format(" (and {} more)", found - 1);
  return text;
}

}  // namespace netmon
