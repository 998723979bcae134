#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "cli/input/actor.h"
#include "cli/input/database_path.h"
#include "cli/output/output.h"
#include "cli/output/progress.h"
#include "netmon/core/values/text.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

constexpr const char* kImportFooter = R"(
Examples:
  netmon import review.netmon
  netmon import /media/usb/db1.netmon --db fleet.db
  netmon diff '#18' '#19' --db fleet.db

All of FILE is checked before anything is stored, and all of it is stored or nothing. Each snapshot
gets a number here and keeps its host, label, time and digest; what is here already is left alone.

Exit status: 0 success; 2 an error; 4 FILE fails its integrity check, or one of its chains differs
from the chain of the same name in this database.)";

std::string line_of(const ImportedSnapshot& imported,
                    const std::map<std::int64_t, Timestamp>& times) {
  const std::string source =
      fmt::format("{}  {} #{}", imported.label, imported.host_name, imported.origin.number);
  if (imported.was_present) return fmt::format("{}: already here as #{}", source, imported.id);
  return fmt::format("#{}  {}  {}", imported.id, source, to_display(times.at(imported.id)));
}

class ImportCommand : public Command {
 public:
  explicit ImportCommand(CLI::App& program)
      : Command(program, "import", "Store the snapshots of an exported file") {
    options().value("FILE", file_, "What 'netmon export' wrote").required();
    add_db_option();
    options().footer(kImportFooter);
  }

  ExitCode run() override {
    // FILE is opened first, so that no database is created where it is not one.
    static_cast<void>(Store::open_for_reading(file_));
    Store store = Store::open_for_writing(database_path(db_option()));
    const std::vector<ImportedSnapshot> all = import_into(store);
    std::map<std::int64_t, Timestamp> times;
    for (const SnapshotSummary& summary : store.list()) {
      times.emplace(summary.info.id.value_or(0), summary.info.started_at);
    }
    std::string text;
    for (const ImportedSnapshot& imported : all)
      text += escape_controls(line_of(imported, times)) + "\n";
    write_stdout(text);
    return ExitCode::success;
  }

 private:
  std::vector<ImportedSnapshot> import_into(Store& store) const {
    ProgressLine progress("checking");
    return store.import_from(file_, actor_now(), progress.callback());
  }

  std::string file_;
};

}  // namespace

std::unique_ptr<Command> make_import_command(CLI::App& program) {
  return std::make_unique<ImportCommand>(program);
}

}  // namespace netmon::cli
