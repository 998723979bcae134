#include "report/words/review_groups.h"

#include <array>
#include <utility>

namespace netmon {
namespace {

using Belongs = bool (*)(const ReviewedChange&);

struct GroupText {
  Status status;
  std::string_view title;
  std::string_view meaning;
  Belongs belongs;
};

template <Status status>
bool has_status(const ReviewedChange& reviewed) {
  return reviewed.status == status;
}

bool is_forbidden(const ReviewedChange& reviewed) {
  return has_status<Status::unapproved>(reviewed) && reviewed.forbidden_by.has_value();
}

bool is_uncovered(const ReviewedChange& reviewed) {
  return has_status<Status::unapproved>(reviewed) && !reviewed.forbidden_by.has_value();
}

constexpr std::array kOrder{
    GroupText{Status::unapproved, "Forbidden",
              "A rule forbids these, whatever else approves them. They need a decision.",
              is_forbidden},
    GroupText{Status::unapproved, "Not approved", "No rule covers these. They need a decision.",
              is_uncovered},
    GroupText{Status::expired, "Approval expired",
              "A rule covers these, but its time was over when the second snapshot was taken.",
              has_status<Status::expired>},
    GroupText{Status::expected_missing, "Expected, not seen",
              "A rule promised these as part of the change, and they did not happen.",
              has_status<Status::expected_missing>},
    GroupText{Status::approved, "Approved",
              "Each of these is covered by a rule in force, which is named.",
              has_status<Status::approved>},
    GroupText{Status::notice, "Notices", "For information: these need no approval.",
              has_status<Status::notice>},
};

}  // namespace

std::vector<StatusGroup> groups_of(const Review& review) {
  std::vector<StatusGroup> groups;
  for (const GroupText& text : kOrder) {
    StatusGroup group{
        .status = text.status, .title = text.title, .meaning = text.meaning, .changes = {}};
    for (const ReviewedChange& reviewed : review.changes) {
      if (text.belongs(reviewed)) group.changes.push_back(&reviewed);
    }
    if (!group.changes.empty()) groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace netmon
