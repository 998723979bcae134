// The changes of a review in the groups of its reports.
#pragma once

#include <string_view>
#include <vector>

#include "netmon/core/review/review.h"

namespace netmon {

struct StatusGroup {
  Status status = Status::unapproved;
  std::string_view title;    // "Not approved"
  std::string_view meaning;  // one or two sentences: what they have in common and need
  std::vector<const ReviewedChange*> changes;  // belong to the review, which must outlive the group
};

// The groups in reading order, with their changes in the order of the review; empty groups are left
// out.
std::vector<StatusGroup> groups_of(const Review& review);

}  // namespace netmon
