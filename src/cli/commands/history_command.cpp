#include <fmt/format.h>

#include <string>

#include "cli/commands/command.h"
#include "cli/input/database_path.h"
#include "cli/output/output.h"
#include "netmon/core/model/history.h"
#include "netmon/core/values/ip_address.h"
#include "netmon/core/values/number.h"
#include "netmon/report/report.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

constexpr const char* kHistoryFooter = R"(
Examples:
  netmon history --port 31337
  netmon history --peer 185.220.101.0/24
  netmon history --process python3 --format csv
  netmon history --peer 10.0.0.9 --port 5432

Says when it was first and last seen, in how many of the host's snapshots, and with which process.
All given conditions must hold. 'netmon show @TIME' lists what was there at a time.)";

class HistoryCommand : public Command {
 public:
  explicit HistoryCommand(CLI::App& program)
      : Command(program, "history",
                "Say when something was first and last seen, in all snapshots") {
    options()
        .value("--port", port_, "The port of a listener, of a forward or of an outbound peer")
        .type("PORT")
        .not_empty();
    options().value("--peer", peer_, "A remote address or prefix").type("CIDR").not_empty();
    options().value("--process", process_, "The whole name of a process").type("NAME").not_empty();
    report_.add_to(options());
    add_db_option();
    options().footer(kHistoryFooter);
  }

  ExitCode run() override {
    report_.check(database_path(db_option()));
    const HistoryQuery query = parse_query();
    const auto appearances =
        Store::open_for_reading(existing_database_path(db_option())).history(query);
    report_.write(
        [&](Format format, const Layout& layout) { return render(format, layout, appearances); });
    return ExitCode::success;
  }

 private:
  [[nodiscard]] HistoryQuery parse_query() const {
    HistoryQuery query;
    if (!port_.empty()) {
      query.port = parse_number<std::uint32_t>(port_);
      if (query.port.value_or(0) == 0)
        throw Error(fmt::format("--port '{}'", port_),
                    "is no port (1 to 65535; up to 4294967295 for vsock)");
    }
    if (!peer_.empty()) {
      query.peer = parse_ip_prefix(peer_);
      if (!query.peer) {
        throw Error(fmt::format("--peer '{}'", peer_),
                    "is no address and no prefix such as 185.220.101.0/24");
      }
    }
    if (!process_.empty()) query.process = process_;
    if (query == HistoryQuery{}) {
      throw Error("usage",
                  "history needs --port, --peer or --process (see 'netmon history --help')");
    }
    return query;
  }

  std::string port_;
  std::string peer_;
  std::string process_;
  ReportOptions report_;
};

}  // namespace

std::unique_ptr<Command> make_history_command(CLI::App& program) {
  return std::make_unique<HistoryCommand>(program);
}

}  // namespace netmon::cli
