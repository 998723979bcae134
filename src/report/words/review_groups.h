// The changes of a review as its reports group them.
#pragma once

#include <string_view>
#include <vector>

#include "netmon/core/review/review.h"

namespace netmon {

struct StatusGroup {
  Status status = Status::unapproved;
  std::string_view title;    // "Not approved"
  std::string_view meaning;  // a sentence or two: why these are together, and what they need
  std::vector<const ReviewedChange*> changes;  // of the review, which must outlive the group
};

// The groups in the order in which they are read, each in the review's; empty ones are left out.
std::vector<StatusGroup> groups_of(const Review& review);

}  // namespace netmon
