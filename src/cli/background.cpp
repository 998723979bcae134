#include "cli/background.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/database_path.h"
#include "cli/output.h"
#include "netmon/packages.h"
#include "netmon/store.h"

namespace netmon::cli {
namespace {

void add_past(Review& review, const std::string& db_option) {
  const auto path = database_path(db_option);
  if (std::error_code error; !std::filesystem::exists(path, error)) return;
  std::vector<Change> changes;
  for (const ReviewedChange& reviewed : review.changes) changes.push_back(reviewed.change);
  try {
    const auto past = Store::open_for_reading(path).past_of(changes, review.after);
    for (std::size_t i = 0; i < past.size(); ++i) {
      if (past[i].of > 0) review.changes[i].background.past = past[i];
    }
  } catch (const Error& error) {
    // An old database's index is completed by the first who may write to it.
    say(fmt::format("earlier snapshots are not looked at: {}", error.what()));
  }
}

bool adds_a_program(const ReviewedChange& reviewed) {
  return reviewed.change.severity != Severity::notice && reviewed.change.process &&
         reviewed.change.process->exe && reviewed.change.process->container.empty();
}

void add_packages(Review& review) {
  const std::string here = this_machine_id();
  if (here.empty() || review.after.machine_id != here) return;
  std::vector<std::string> paths;
  for (const ReviewedChange& reviewed : review.changes) {
    if (adds_a_program(reviewed)) paths.push_back(*reviewed.change.process->exe);
  }
  const auto packages = packages_of(paths);
  for (ReviewedChange& reviewed : review.changes) {
    if (!adds_a_program(reviewed)) continue;
    const auto found = packages.find(*reviewed.change.process->exe);
    if (found != packages.end()) reviewed.background.package = found->second;
  }
}

}  // namespace

void add_background(Review& review, const std::string& db_option) {
  add_past(review, db_option);
  add_packages(review);
}

}  // namespace netmon::cli
