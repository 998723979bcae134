// The notes that `watch` prints about a round in addition to its rows.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/review/expectations.h"
#include "netmon/core/review/review.h"

namespace netmon::cli {

struct Notes {
  std::vector<std::string> all;   // all notes of this round, the most severe first
  std::vector<std::string> news;  // those of them that were not given before
};

// Tells a caveat from others.
using CaveatKey = std::tuple<CaveatCode, Side, std::optional<Scope>, std::optional<Protocol>,
                             std::optional<std::uint32_t>, std::string, std::string>;

// Compares each round with a snapshot.
class Baseline {
 public:
  // `expectations` are the standing rules of the host. What they approve gives no notes.
  Baseline(Snapshot snapshot, Expectations expectations);

  struct Compared {
    // Warnings of what is not in the baseline, and why the comparison is inconclusive. A change is
    // news when it appears, when it reappears, and when its severity or addresses change; a caveat
    // is news once.
    Notes notes;
    Review review;
  };
  Compared compare(const Snapshot& now);

 private:
  // The fingerprint, severity and addresses. The fingerprint alone is not enough: that of a
  // listener is the same whoever can reach it.
  using ChangeKey = std::tuple<std::string, Severity, std::vector<std::string>>;

  Snapshot snapshot_;
  Expectations expectations_;
  std::set<ChangeKey> warned_of_;  // changes of the round before
  std::set<CaveatKey> told_of_;
};

// Gives notes of what a round could not see. Each gap is news once, even where its numbers change.
class Coverage {
 public:
  Notes examine(const std::vector<Gap>& gaps);

 private:
  using GapKey = std::tuple<GapCode, std::optional<Scope>, std::optional<Protocol>, std::string>;
  std::set<GapKey> told_of_;
};

}  // namespace netmon::cli
