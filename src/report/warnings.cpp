#include "netmon/report.h"
#include "netmon/text.h"

namespace netmon {

std::vector<std::string> warnings(const Review& review) {
  std::vector<std::string> lines;
  for (const auto& [change, status] : review.changes) {
    if (status != Status::unapproved || change.severity == Severity::notice) continue;
    lines.push_back("⚠ " + escape_controls(change.message));
  }
  return lines;
}

}  // namespace netmon
