#include "report/info_text.h"

#include <fmt/format.h>

#include <vector>

namespace netmon {

bool was_taken(const SnapshotInfo& info) { return info.started_at != Timestamp{}; }

std::string snapshot_name(const SnapshotInfo& info) {
  if (info.id) return fmt::format("{} (#{})", info.label, *info.id);
  if (!info.label.empty()) return info.label;
  return was_taken(info) ? "(captured now)" : "(empty)";
}

std::string captured_by(const SnapshotInfo& info) {
  std::vector<std::string> claims;
  if (info.sudo_user) claims.push_back("sudo: " + info.sudo_user->name);
  if (info.login_user) claims.push_back("login: " + info.login_user->name);
  if (claims.empty()) return info.user.name;
  return fmt::format("{} ({})", info.user.name, fmt::join(claims, ", "));
}

}  // namespace netmon
