#include "cli/watch_notes.h"

#include <algorithm>
#include <utility>

#include "netmon/report.h"
#include "netmon/text.h"

namespace netmon::cli {
namespace {

// What tells a caveat from others of its code and side. A gap has its scope and reason in the
// message; of all other caveats there is one, and the example in it changes from round to round.
std::string subject_of(const Caveat& caveat) {
  return parse_gap_code(caveat.code) ? without_numbers(caveat.message) : "";
}

}  // namespace

Baseline::Baseline(Snapshot snapshot) : snapshot_(std::move(snapshot)) {}

Notes Baseline::compare(const Snapshot& now) {
  const Comparison comparison = diff(snapshot_, now);
  Notes notes;
  notes.all = watch_warnings(comparison.changes);
  std::vector<Change> fresh;
  std::set<ChangeKey> present;
  for (const Change& change : comparison.changes) {
    if (change.severity == Severity::notice) continue;
    ChangeKey key{change.fingerprint, change.severity, change.addresses};
    if (!warned_of_.contains(key)) fresh.push_back(change);
    present.insert(std::move(key));
  }
  warned_of_ = std::move(present);
  notes.news = watch_warnings(fresh);
  for (const Caveat& caveat : comparison.caveats) {
    if (caveat.weight != Weight::decisive) continue;
    notes.all.push_back("inconclusive: " + caveat.message);
    if (told_of_.emplace(caveat.code, caveat.side, subject_of(caveat)).second) {
      notes.news.push_back(notes.all.back());
    }
  }
  return notes;
}

Notes Coverage::examine(const std::vector<Gap>& gaps) {
  Notes notes;
  for (const Gap& gap : gaps) {
    notes.all.push_back("not seen: " + describe(gap));
    if (told_of_.emplace(gap.code, gap.scope, gap.protocol, without_numbers(gap.reason)).second) {
      notes.news.push_back(notes.all.back());
    }
  }
  return notes;
}

}  // namespace netmon::cli
