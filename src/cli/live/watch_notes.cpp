#include "cli/live/watch_notes.h"

#include <algorithm>
#include <utility>

#include "netmon/core/values/text.h"
#include "netmon/report/report.h"

namespace netmon::cli {
namespace {

// The key of a caveat: its code, side and place and, for a gap, the scope and reason in its
// message. Other messages are not part of the key, because the examples in them change from round
// to round.
CaveatKey key_of(const Caveat& caveat) {
  const std::string subject = std::holds_alternative<GapCode>(caveat.code)
                                  ? without_numbers(caveat.message)
                                  : std::string();
  return {caveat.code, caveat.side,    caveat.scope, caveat.protocol,
          caveat.port, caveat.process, subject};
}

}  // namespace

Baseline::Baseline(Snapshot snapshot, Expectations expectations)
    : snapshot_(std::move(snapshot)), expectations_(std::move(expectations)) {}

Baseline::Compared Baseline::compare(const Snapshot& now) {
  Compared compared{{}, review(diff(snapshot_, now), expectations_)};
  Notes& notes = compared.notes;
  std::vector<Change> unexpected;
  std::vector<Change> fresh;
  std::set<ChangeKey> present;
  for (const ReviewedChange& reviewed : compared.review.changes) {
    if (reviewed.status != Status::unapproved && reviewed.status != Status::expired) continue;
    const Change& change = reviewed.change;
    unexpected.push_back(change);
    ChangeKey key{change.fingerprint, change.severity, change.addresses};
    if (!warned_of_.contains(key)) fresh.push_back(change);
    present.insert(std::move(key));
  }
  warned_of_ = std::move(present);
  notes.all = watch_warnings(unexpected);
  notes.news = watch_warnings(fresh);
  for (const Caveat& caveat : compared.review.caveats) {
    if (caveat.weight != Weight::decisive) continue;
    notes.all.push_back("inconclusive: " + caveat.message);
    if (told_of_.insert(key_of(caveat)).second) {
      notes.news.push_back(notes.all.back());
    }
  }
  return compared;
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
