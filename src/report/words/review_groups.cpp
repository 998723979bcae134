#include "report/words/review_groups.h"

#include <array>
#include <utility>

namespace netmon {
namespace {

constexpr std::array kOrder{
    std::pair{Status::unapproved, std::string_view("Not approved")},
    std::pair{Status::expired, std::string_view("Approval expired")},
    std::pair{Status::expected_missing, std::string_view("Expected, not seen")},
    std::pair{Status::approved, std::string_view("Approved")},
    std::pair{Status::notice, std::string_view("Notices")},
};

}  // namespace

std::vector<StatusGroup> groups_of(const Review& review) {
  std::vector<StatusGroup> groups;
  for (const auto& [status, title] : kOrder) {
    StatusGroup group{.status = status, .title = title, .changes = {}};
    for (const ReviewedChange& reviewed : review.changes) {
      if (reviewed.status == status) group.changes.push_back(&reviewed);
    }
    if (!group.changes.empty()) groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace netmon
