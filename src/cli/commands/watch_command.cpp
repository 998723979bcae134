#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/command.h"
#include "cli/input/database_path.h"
#include "cli/input/snapshots.h"
#include "cli/live/watch_notes.h"
#include "cli/live/watch_screen.h"
#include "cli/output/csv_appender.h"
#include "cli/output/output.h"
#include "cli/output/output_file.h"
#include "cli/output/signals.h"
#include "cli/output/terminal.h"
#include "netmon/core/model/filter.h"
#include "netmon/core/model/revision.h"
#include "netmon/core/values/text.h"
#include "netmon/linux/capture.h"
#include "netmon/report/report.h"

namespace netmon::cli {
namespace {

constexpr const char* kFooter = R"(
Examples:
  netmon watch --once
  netmon watch --interval 10 --csv
  sudo netmon watch --baseline pre-change --filter 'role=listener,outbound'
  netmon watch --once --csv=/var/log/network_connections.csv

--csv appends every row to FILE (network_connections.csv unless given), with one header. In a
terminal the view is redrawn in place; in a pipe each round is printed. Ctrl-C ends it.

--baseline warns of a change when it comes, when it comes back and when its addresses change, and
says "inconclusive" where something that counts could have happened unseen. The exit status is that
of the watch alone; 'netmon diff REV @now' has one for the changes.)";

constexpr const char* kDefaultCsv = "network_connections.csv";

class WatchCommand : public Command {
 public:
  explicit WatchCommand(CLI::App& program)
      : Command(program, "watch", "The live view, with warnings and a CSV") {
    const Option once = options().flag("--once", once_, "One round, then end");
    options()
        .value("--interval", interval_, "The time from one round to the next")
        .type("DURATION")
        .excludes(once);
    options()
        .value("--baseline", baseline_, "Warn of what this snapshot does not have")
        .type("REV");
    options().value_or_empty("--csv", csv_, "Append every row to a CSV file").type("FILE");
    options()
        .values("--filter", filter_text_,
                "Only the rows that match (see 'netmon show --help'); may be given several times")
        .type("EXPR")
        .offers(filter_beginnings())
        .not_empty();
    options().value("--color", color_, "When tables are coloured").type("auto|always|never");
    add_db_option();
    options().footer(kFooter);
  }

  [[nodiscard]] bool collects() const override { return true; }

  ExitCode run() override {
    const auto interval = parse_duration("--interval", interval_);
    parse_color_when(color_);
    filter_ = parse_filter(fmt::format("{}", fmt::join(filter_text_, " ")));
    if (csv_) {
      const std::string path = csv_->empty() ? kDefaultCsv : *csv_;
      require_other_than_database(path, database_path(db_option()));
      appender_.emplace(path, csv_header());
    }
    if (baseline_) known_.emplace(load_snapshot(db_option(), parse_revision(*baseline_)));
    redraws_ = !once_ && stdout_can_redraw();
    if (!once_) return watch(interval);
    show(take_round());
    return ExitCode::success;
  }

 private:
  ExitCode watch(std::chrono::milliseconds interval) {
    using Clock = std::chrono::steady_clock;
    const Signals signals;
    if (redraws_) write_stdout("\x1b[2J");
    while (true) {
      const auto next = Clock::now() + interval;
      const Round round = take_round();
      show(round);
      while (const auto signal = signals.wait(next - Clock::now())) {
        if (*signal != SIGWINCH) {
          if (redraws_) write_stdout("\n");
          return static_cast<ExitCode>(128 + *signal);
        }
        if (redraws_) show(round);
      }
    }
  }

  // Rows are appended before they are shown: what was seen is kept even when nobody reads.
  Round take_round() {
    CaptureResult captured = capture(options_);
    options_.known_executables.merge(captured.new_executables);
    Round round{std::move(captured.snapshot), {}, ""};
    if (known_) take(known_->compare(round.snapshot), round);
    take(coverage_.examine(round.snapshot.gaps), round);
    if (appender_) {
      const std::string rows = csv_rows(round.snapshot, filter_);
      appender_->append(rows);
      round.status = fmt::format(
          "Output appended → {} ({})", appender_->path(),
          counted(static_cast<std::uint64_t>(std::ranges::count(rows, '\n')), "row", "rows"));
      tell(round.status);
    }
    return round;
  }

  void take(Notes notes, Round& round) const {
    for (const std::string& line : notes.news) tell(line);
    std::ranges::move(notes.all, std::back_inserter(round.notes));
  }

  // A view that is redrawn has the lines in it, and they are not told once more.
  void tell(const std::string& line) const {
    if (!redraws_ || !stderr_is_terminal()) say(line);
  }

  void show(const Round& round) const {
    const Layout layout = stdout_layout(parse_color_when(color_));
    write_stdout(redraws_ ? frame_of(round, filter_, layout, terminal_size())
                          : render_rows(round.snapshot, filter_, layout));
  }

  bool once_ = false;
  bool redraws_ = false;  // in place, on a terminal
  std::string interval_ = "2s";
  std::string color_ = "auto";
  std::optional<std::string> baseline_;
  std::optional<std::string> csv_;
  std::vector<std::string> filter_text_;

  CaptureOptions options_ = live_capture();
  Filter filter_;
  std::optional<Baseline> known_;
  Coverage coverage_;
  std::optional<CsvAppender> appender_;
};

}  // namespace

std::unique_ptr<Command> make_watch_command(CLI::App& program) {
  return std::make_unique<WatchCommand>(program);
}

}  // namespace netmon::cli
