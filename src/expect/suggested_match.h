// The match of a suggested entry: as narrow as what was seen.
#pragma once

#include <vector>

#include "netmon/core/review/expectations.h"
#include "netmon/core/review/review.h"

namespace netmon {

// Matches the change, and as little else as a rule can express. A value that is not known for all
// holders is left out, because no rule could match it.
Match suggested_match(const Change& change);

// An entry that approves one change, or the connections of one program to several peers at one
// port. The changes belong to the review, which must outlive it.
struct Suggestion {
  std::vector<const ReviewedChange*> changes;
  Match match;
};

// The suggestions in the order of the review; approved changes and notices are left out.
std::vector<Suggestion> suggestions_of(const Review& review);

// The most peers that a person would check in a list. With more, the entry names none.
inline constexpr std::size_t kMaxSuggestedPeers = 8;

}  // namespace netmon
