#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/command.h"
#include "cli/input/database_path.h"
#include "cli/input/snapshots.h"
#include "cli/output/output.h"
#include "netmon/core/model/filter.h"
#include "netmon/core/model/revision.h"
#include "netmon/linux/privilege.h"
#include "netmon/report/report.h"

namespace netmon::cli {
namespace {

constexpr const char* kShowFooter = R"(
Examples:
  netmon show pre-change
  netmon show '#17' --format csv > sockets.csv
  netmon show @now --filter 'proto=tcp state=listen'
  netmon show post-change --filter 'role=outbound peer=10.0.0.0/8' -o peers.json

A filter is FIELD=VALUE[,VALUE...] or FIELD!=VALUE[,VALUE...]; several, separated by spaces or given
one by one, must all hold. A value with a space or a comma stands in quotes:
--filter 'process="Isolated Web Co"'. Fields: proto, port, lport, rport, addr, laddr, peer, process,
user, pid, state, role, scope.)";

class ShowCommand : public Command {
 public:
  explicit ShowCommand(CLI::App& program)
      : Command(program, "show", "Show the sockets of one snapshot") {
    options().value("REV", revision_, "The snapshot").required();
    options()
        .values("--filter", filter_, "Show only the sockets that match; may be given several times")
        .type("EXPR")
        .offers(filter_beginnings())
        .not_empty();
    report_.add_to(options());
    add_db_option();
    options().footer(kShowFooter);
  }

  [[nodiscard]] bool collects() const override { return true; }

  ExitCode run() override {
    report_.check(database_path(db_option()));
    const Filter filter = parse_filter(fmt::format("{}", fmt::join(filter_, " ")));
    const Revision revision = parse_revision(revision_);
    std::optional<Snapshot> captured = captured_snapshot(db_option(), revision);
    drop_privileges(Keep::files);
    const Snapshot snapshot =
        captured ? std::move(*captured) : load_snapshot(db_option(), revision);
    report_.write([&](Format format, const Layout& layout) {
      return render(format, layout, snapshot, filter);
    });
    return ExitCode::success;
  }

 private:
  std::string revision_;
  std::vector<std::string> filter_;
  ReportOptions report_;
};

}  // namespace

std::unique_ptr<Command> make_show_command(CLI::App& program) {
  return std::make_unique<ShowCommand>(program);
}

}  // namespace netmon::cli
