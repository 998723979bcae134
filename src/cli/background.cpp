#include "cli/background.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
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

// The file of the program that a change adds; absent where nothing says what was in it.
std::optional<RecordedFile> added_file(const Change& change) {
  if (change.severity == Severity::notice || !change.process) return std::nullopt;
  const ProcessSummary& process = *change.process;
  if (!process.exe || !process.exe_sha256 || !process.container.empty()) return std::nullopt;
  return RecordedFile{*process.exe, *process.exe_sha256};
}

void add_packages(Review& review) {
  const std::string here = this_machine_id();
  if (here.empty() || review.after.machine_id != here) return;
  std::vector<RecordedFile> files;
  for (const ReviewedChange& reviewed : review.changes) {
    if (auto file = added_file(reviewed.change)) files.push_back(*std::move(file));
  }
  const auto packages = packages_of(files);
  for (ReviewedChange& reviewed : review.changes) {
    const auto file = added_file(reviewed.change);
    const auto found = file ? packages.find(*file) : packages.end();
    if (found != packages.end()) reviewed.background.package = found->second;
  }
}

}  // namespace

void add_background(Review& review, const std::string& db_option) {
  add_past(review, db_option);
  add_packages(review);
}

}  // namespace netmon::cli
