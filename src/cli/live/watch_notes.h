// What `watch` says of a round in addition to its rows.
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
  std::vector<std::string> all;   // what holds in this round, the gravest first
  std::vector<std::string> news;  // of them what was not said before
};

// What tells a caveat from others.
using CaveatKey = std::tuple<CaveatCode, Side, std::optional<Scope>, std::optional<Protocol>,
                             std::optional<std::uint32_t>, std::string, std::string>;

// Compares each round with the snapshot that it was given.
class Baseline {
 public:
  // `expectations` are the standing rules of the host: what they approve is no news.
  Baseline(Snapshot snapshot, Expectations expectations);

  struct Compared {
    // Warnings of what is not in the baseline, and why the comparison is inconclusive. A change is
    // news when it comes, when it comes back, and when it grew worse; a caveat is news once.
    Notes notes;
    Review review;
  };
  Compared compare(const Snapshot& now);

 private:
  // More than the fingerprint: that of a listener is the same whoever can reach it.
  using ChangeKey = std::tuple<std::string, Severity, std::vector<std::string>>;

  Snapshot snapshot_;
  Expectations expectations_;
  std::set<ChangeKey> warned_of_;  // in the round before
  std::set<CaveatKey> told_of_;
};

// What a round could not see. Each gap is news once, whatever the numbers in it.
class Coverage {
 public:
  Notes examine(const std::vector<Gap>& gaps);

 private:
  using GapKey = std::tuple<GapCode, std::optional<Scope>, std::optional<Protocol>, std::string>;
  std::set<GapKey> told_of_;
};

}  // namespace netmon::cli
