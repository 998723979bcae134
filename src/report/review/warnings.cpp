#include <string_view>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"

namespace netmon {
namespace {

// The text before the message of a change that is warned about; absent for the others.
std::optional<std::string_view> prefix_of(Status status) {
  switch (status) {
    case Status::unapproved:
    case Status::expected_missing:  // the message already says that it did not happen
      return "";
    case Status::expired:
      return "approval expired: ";
    case Status::approved:
    case Status::notice:
      return std::nullopt;
  }
  no_such_enumerator();
}

}  // namespace

std::vector<std::string> warnings(const Review& review) {
  std::vector<std::string> lines;
  for (const ReviewedChange& reviewed : review.changes) {
    const auto prefix = prefix_of(reviewed.status);
    if (!prefix) continue;
    lines.push_back(std::string("⚠ ").append(*prefix) + escape_controls(reviewed.change.message));
  }
  return lines;
}

}  // namespace netmon
