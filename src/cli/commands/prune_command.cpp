#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "cli/input/actor.h"
#include "cli/input/database_path.h"
#include "cli/output/output.h"
#include "cli/output/terminal.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

constexpr const char* kPruneFooter = R"(
Examples:
  netmon prune --older-than 90d --dry-run
  sudo netmon prune --older-than 400d --keep-labels 'pre-*,post-*'

A snapshot is kept if its label matches one of the patterns, as a shell matches file names. An entry
of the chain records who removed what, when and by which rule, and the number, label, host, time and
digest of each snapshot remain: 'netmon verify' still succeeds, and a number is never given again.

Exit status: 0 success; 2 an error; 4 the chain, or a snapshot to remove, fails its integrity check:
nothing is removed.)";

constexpr std::chrono::days kMaxAge{36525};  // records are kept for years

std::vector<std::string> patterns_of(const std::string& list) {
  std::vector<std::string> patterns;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    patterns.push_back(list.substr(begin, end - begin));
    if (patterns.back().empty()) {
      throw Error(fmt::format("--keep-labels '{}'", list), "has an empty pattern");
    }
    begin = end + 1;
  }
  return patterns;
}

class PruneCommand : public Command {
 public:
  explicit PruneCommand(CLI::App& program)
      : Command(program, "prune", "Remove old snapshots, and record that") {
    options()
        .value("--older-than", age_, "The minimum age of the snapshots to remove")
        .type("DURATION")
        .required();
    options()
        .value("--keep-labels", keep_labels_, "Patterns of labels to keep, separated by commas")
        .type("PATTERNS");
    options().flag("--dry-run", dry_run_, "List what would be removed, and remove nothing");
    add_db_option();
    options().footer(kPruneFooter);
  }

  ExitCode run() override {
    PruneRule rule{.older_than = parse_duration("--older-than", age_, kMaxAge)};
    if (keep_labels_) rule.keep_labels = patterns_of(*keep_labels_);
    const auto path = existing_database_path(db_option());
    const Actor actor = actor_now();
    // The database is opened for reading first, so that none is created, and --dry-run does not
    // migrate an old one.
    const auto going = Store::open_for_reading(path).prunable(rule, actor.at);
    if (dry_run_) {
      print(going, "would be pruned");
    } else if (going.empty()) {
      print(going, "pruned");
    } else {
      print(Store::open_for_writing(path).prune(rule, actor), "pruned");
    }
    return ExitCode::success;
  }

 private:
  static void print(const std::vector<SnapshotSummary>& snapshots, std::string_view done) {
    std::string text =
        snapshots.empty() ? "" : render_table(snapshots, stdout_layout(ColorWhen::automatic));
    write_stdout(text +
                 fmt::format("{} {}\n", counted(snapshots.size(), "snapshot", "snapshots"), done));
  }

  std::string age_;
  std::optional<std::string> keep_labels_;
  bool dry_run_ = false;
};

}  // namespace

std::unique_ptr<Command> make_prune_command(CLI::App& program) {
  return std::make_unique<PruneCommand>(program);
}

}  // namespace netmon::cli
