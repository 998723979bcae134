#include "cli/input/background.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/input/database_path.h"
#include "cli/output/output.h"
#include "netmon/linux/packages.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

void add_past(std::vector<Background>& background, const Comparison& comparison,
              const Snapshot& before, const std::string& db_option) {
  const auto path = database_path(db_option);
  if (std::error_code error; !std::filesystem::exists(path, error)) return;
  try {
    const auto past =
        Store::open_for_reading(path).past_of(comparison.changes, comparison.after, &before);
    for (std::size_t i = 0; i < past.size(); ++i) {
      if (past[i].of > 0) background[i].past = past[i];
    }
  } catch (const Error& error) {
    // The index of an old database is completed by the first command that may write to it.
    say(fmt::format("earlier snapshots are not considered: {}", error.what()));
  }
}

// The executable of the program that a change adds; absent where its digest is not known, or where
// it is not known to be a file of this host.
std::optional<RecordedFile> added_file(const Change& change) {
  if (change.severity == Severity::notice || !change.process) return std::nullopt;
  const ProcessSummary& process = *change.process;
  if (!process.exe || !process.exe_sha256 || process.exe_elsewhere) return std::nullopt;
  return RecordedFile{*process.exe, *process.exe_sha256};
}

void add_packages(std::vector<Background>& background, const Comparison& comparison) {
  const std::string here = this_machine_id();
  if (here.empty() || comparison.after.machine_id != here) return;
  std::vector<RecordedFile> files;
  for (const Change& change : comparison.changes) {
    if (auto file = added_file(change)) files.push_back(*std::move(file));
  }
  if (files.empty()) return;
  const auto packages = packages_of(files);
  for (std::size_t i = 0; i < background.size(); ++i) {
    const auto file = added_file(comparison.changes[i]);
    const auto found = file ? packages.find(*file) : packages.end();
    if (found != packages.end()) background[i].package = found->second;
  }
}

}  // namespace

std::vector<Background> background_of(const Comparison& comparison, const Snapshot& before,
                                      const std::string& db_option) {
  std::vector<Background> background(comparison.changes.size());
  if (background.empty()) return background;
  add_past(background, comparison, before, db_option);
  add_packages(background, comparison);
  return background;
}

}  // namespace netmon::cli
