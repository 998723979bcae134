#include "cli/commands/command.h"
#include "cli/input/database_path.h"
#include "cli/output/output.h"
#include "netmon/report/report.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

constexpr const char* kListFooter = R"(
Examples:
  netmon list
  netmon list --format csv -o snapshots.json

An imported snapshot says where it was taken: host and number there.)";

class ListCommand : public Command {
 public:
  explicit ListCommand(CLI::App& program) : Command(program, "list", "List the stored snapshots") {
    report_.add_to(options());
    add_db_option();
    options().footer(kListFooter);
  }

  ExitCode run() override {
    report_.check(database_path(db_option()));
    const auto snapshots = Store::open_for_reading(existing_database_path(db_option())).list();
    report_.write(
        [&](Format format, const Layout& layout) { return render(format, layout, snapshots); });
    return ExitCode::success;
  }

 private:
  ReportOptions report_;
};

}  // namespace

std::unique_ptr<Command> make_list_command(CLI::App& program) {
  return std::make_unique<ListCommand>(program);
}

}  // namespace netmon::cli
