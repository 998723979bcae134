#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/commands/command.h"
#include "cli/input/database_path.h"
#include "cli/input/expectation_files.h"
#include "cli/input/snapshots.h"
#include "cli/live/full_screen.h"
#include "cli/live/round_events.h"
#include "cli/live/screen.h"
#include "cli/live/watch_notes.h"
#include "cli/output/csv_appender.h"
#include "cli/output/output.h"
#include "cli/output/output_file.h"
#include "cli/output/signals.h"
#include "cli/output/terminal.h"
#include "cli/view/pages.h"
#include "cli/view/round.h"
#include "netmon/core/model/filter.h"
#include "netmon/core/model/revision.h"
#include "netmon/core/values/text.h"
#include "netmon/linux/capture.h"
#include "netmon/report/report.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

constexpr const char* kWatchFooter = R"(
Examples:
  netmon watch --once
  netmon watch --interval 10 --csv
  sudo netmon watch --baseline pre-change --filter 'role=listener,outbound'
  netmon watch --once --csv=/var/log/network_connections.csv

On a terminal it is a full-screen view: what is unexpected first, then what is new, then the rest.
The signs are ! unexpected, + new, ~ changed, - gone; what has gone stays for ten seconds, and so
does what came and went between two rounds, if events can be read over BPF. Keys:
arrows, PgUp and PgDn, g and G move; Enter shows all of a socket; / filters, s sorts, p pauses,
w lists the warnings, e writes a commented rule to a new file, ? helps, q quits. In a pipe, with
--once and where TERM is dumb or not known it prints rounds. Ctrl-C ends it.

--csv appends every row to FILE (network_connections.csv unless given), with one header. What is
typed after / changes what is shown, and not what is appended: --filter does both.

--baseline marks and warns of a change when it comes, when it comes back and when its addresses
change, and says "inconclusive" where something that counts could have happened unseen. What rules
in /etc/netmon/expect.d approve is new, and not unexpected. Without a baseline all that came since
the first round is marked as new. The exit status is that of the watch alone; 'netmon diff REV @now'
has one for the changes.)";

constexpr const char* kDefaultCsv = "network_connections.csv";

class WatchCommand : public Command {
 public:
  explicit WatchCommand(CLI::App& program)
      : Command(program, "watch", "Show the live view, with warnings and a CSV") {
    const Option once = options().flag("--once", once_, "Show one round and end");
    options()
        .value("--interval", interval_, "The time from one round to the next")
        .type("DURATION")
        .excludes(once);
    options()
        .value("--baseline", baseline_, "Warn of what this snapshot does not have")
        .type("REV");
    options().value_or_empty("--csv", csv_, "Append every row to a CSV file").type("FILE");
    options()
        .values(
            "--filter", filter_text_,
            "Show only the rows that match (see 'netmon show --help'); may be given several times")
        .type("EXPR")
        .offers(filter_beginnings())
        .not_empty();
    options().value("--color", color_, "When tables are coloured").type("auto|always|never");
    add_db_option();
    options().footer(kWatchFooter);
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
    if (baseline_) {
      known_.emplace(load_snapshot(db_option(), parse_revision(*baseline_)),
                     read_expectations({}, db_option()));
    }
    if (once_) {
      show(take_round(interval).snapshot);
      return ExitCode::success;
    }
    const auto why_not = why_no_screen();
    if (!why_not) return watch_on_screen(interval);
    if (stdout_can_redraw())
      say(fmt::format("no full-screen view, so rounds are printed: {}", *why_not));
    return watch(interval);
  }

 private:
  // A round that was captured, appended to the CSV and reported.
  struct Taken {
    Snapshot snapshot;
    std::optional<Review> review;
    std::vector<std::string> notes;
    std::string status;  // what was appended to the CSV; "" where there is none
  };

  ExitCode watch(std::chrono::milliseconds interval) {
    using Clock = std::chrono::steady_clock;
    const Signals signals;
    while (true) {
      const auto next = Clock::now() + interval;
      show(take_round(interval).snapshot);
      while (const auto signal = signals.wait(next - Clock::now())) {
        if (*signal != SIGWINCH) return static_cast<ExitCode>(128 + *signal);
      }
    }
  }

  ExitCode watch_on_screen(std::chrono::milliseconds interval) {
    is_on_screen_ = true;
    events_.emplace();
    return watch_full_screen(
        {.take_round = [this, interval] { return take_round_for_screen(interval); },
         .look_up = [this](const HistoryQuery& query) { return look_up(query); },
         .interval = interval,
         .filter_text = fmt::format("{}", fmt::join(filter_text_, " ")),
         .filter = filter_,
         .color = stdout_layout(parse_color_when(color_)).color,
         .write_rule = [this](const std::string& path,
                              const std::string& text) { write_rule(path, text); }});
  }

  Round take_round_for_screen(std::chrono::milliseconds interval) {
    Taken taken = take_round(interval);
    if (!events_->why_not().empty()) {
      taken.notes.push_back("not seen: what came and went between two rounds: " +
                            events_->why_not());
    }
    if (!known_) {  // without a baseline, changes since the first round are marked
      if (first_) {
        taken.review = first_->compare(taken.snapshot).review;
      } else {
        first_.emplace(taken.snapshot, Expectations{});
      }
    }
    Round round =
        make_round(std::move(taken.snapshot), std::move(taken.review), known_.has_value());
    round.notes = std::move(taken.notes);
    round.status = std::move(taken.status);
    return round;
  }

  // Takes a round. Rows are appended to the CSV before they are shown, so that they are kept even
  // where nobody reads the output.
  Taken take_round(std::chrono::milliseconds interval) {
    CaptureResult captured = capture(options_);
    options_.known_executables.merge(captured.new_executables);
    if (events_) events_->add_to(captured.snapshot, interval, options_.known_executables);
    Taken taken{std::move(captured.snapshot), std::nullopt, {}, ""};
    if (known_) {
      auto compared = known_->compare(taken.snapshot);
      take(std::move(compared.notes), taken);
      taken.review = std::move(compared.review);
    }
    take(coverage_.examine(taken.snapshot.gaps), taken);
    if (appender_) {
      const std::string rows = csv_rows(taken.snapshot, filter_);
      appender_->append(rows);
      taken.status = fmt::format(
          "Output appended → {} ({})", appender_->path(),
          counted(static_cast<std::uint64_t>(std::ranges::count(rows, '\n')), "row", "rows"));
      tell(taken.status);
    }
    return taken;
  }

  void take(Notes notes, Taken& taken) const {
    for (const std::string& line : notes.news) tell(line);
    std::ranges::move(notes.all, std::back_inserter(taken.notes));
  }

  // Prints a line to standard error, but not onto the full-screen view, which shows the same lines
  // itself.
  void tell(const std::string& line) const {
    if (!is_on_screen_ || !streams_share_terminal()) say(line);
  }

  void show(const Snapshot& snapshot) const {
    write_stdout(render_rows(snapshot, filter_, stdout_layout(parse_color_when(color_))));
  }

  [[nodiscard]] std::string look_up(const HistoryQuery& query) const {
    const auto path = database_path(db_option());
    if (std::error_code error; !std::filesystem::exists(path, error)) return "there is no database";
    try {
      return history_text(Store::open_for_reading(path).history(query));
    } catch (const Error& error) {
      return error.what();
    }
  }

  void write_rule(const std::string& path, const std::string& text) const {
    require_other_than_database(path, database_path(db_option()));
    write_new_file(path, std::as_bytes(std::span(text)), [](const std::string& /*path*/) {});
  }

  bool once_ = false;
  bool is_on_screen_ = false;  // the full-screen view uses the terminal
  std::string interval_ = "2s";
  std::string color_ = "auto";
  std::optional<std::string> baseline_;
  std::optional<std::string> csv_;
  std::vector<std::string> filter_text_;

  CaptureOptions options_ = live_capture();
  Filter filter_;
  std::optional<Baseline> known_;
  std::optional<Baseline> first_;  // the first round, where there is no baseline
  Coverage coverage_;
  std::optional<RoundEvents> events_;  // only for the full-screen view
  std::optional<CsvAppender> appender_;
};

}  // namespace

std::unique_ptr<Command> make_watch_command(CLI::App& program) {
  return std::make_unique<WatchCommand>(program);
}

}  // namespace netmon::cli
