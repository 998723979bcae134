// What a suggested entry speaks of: as narrow as what was seen.
#pragma once

#include <vector>

#include "netmon/core/review/expectations.h"
#include "netmon/core/review/review.h"

namespace netmon {

// Holds for the change, and for as little else as a rule can say. What is not known of all holders
// is left out, for no rule can hold it.
Match suggested_match(const Change& change);

// An entry that approves one change, or the connections of one program to several peers at one
// port. The changes are the review's, which must outlive it.
struct Suggestion {
  std::vector<const ReviewedChange*> changes;
  Match match;
};

// The changes are in the order of the review; those approved and notices are left out.
std::vector<Suggestion> suggestions_of(const Review& review);

// More peers than that are no list for people: the entry then names none.
inline constexpr std::size_t kMaxSuggestedPeers = 8;

}  // namespace netmon
