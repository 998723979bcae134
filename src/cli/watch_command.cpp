#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/csv_appender.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/snapshots.h"
#include "cli/terminal.h"
#include "netmon/capture.h"
#include "netmon/diff.h"
#include "netmon/filter.h"
#include "netmon/report.h"
#include "netmon/revision.h"
#include "netmon/text.h"

namespace netmon::cli {
namespace {

constexpr const char* kFooter = R"(
Examples:
  netmon watch --once
  netmon watch --interval 10 --csv
  sudo netmon watch --baseline pre-change --filter 'role=listener,outbound'
  netmon watch --once --csv=/var/log/network_connections.csv

--csv appends every row to FILE (network_connections.csv unless given), with one header. In a
terminal the view is redrawn in place; in a pipe each round is printed. Ctrl-C ends it.)";

constexpr const char* kDefaultCsv = "network_connections.csv";
constexpr std::size_t kMessagesKept = 5;

// Where a round's rows and messages go: printed one after the other, or redrawn in place.
class Screen {
 public:
  virtual ~Screen() = default;
  virtual void message(const std::string& line) = 0;
  virtual void show(const Snapshot& snapshot, const Filter& filter) = 0;
};

class PlainScreen : public Screen {
 public:
  void message(const std::string& line) override { say(line); }
  void show(const Snapshot& snapshot, const Filter& filter) override {
    write_stdout(render_rows(snapshot, filter, stdout_layout()));
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

class RedrawnScreen : public Screen {
 public:
  void message(const std::string& line) override {
    messages_.push_back(line);
    if (messages_.size() > kMessagesKept) messages_.pop_front();
    if (!stderr_is_terminal()) say(line);
  }

  void show(const Snapshot& snapshot, const Filter& filter) override {
    const TerminalSize size = terminal_size();
    const Layout layout = stdout_layout();
    std::string text = render_line(
        fmt::format("netmon watch  {}  Ctrl-C ends", to_display(snapshot.info.started_at)), layout);
    for (const std::string& message : messages_) text += render_line(message, layout);
    std::vector<std::string> lines = lines_of(text + render_rows(snapshot, filter, layout));
    if (lines.size() > size.rows) {
      const std::size_t hidden = lines.size() - (size.rows - 1);
      lines.resize(size.rows - 1);
      lines.push_back(
          fmt::format("… and {}; --filter shows fewer", counted(hidden, "row", "rows")));
    }
    write_stdout(frame_of(lines));
  }

 private:
  // Home, each line followed by "erase to its end", then "erase below" (ECMA-48 CUP, EL, ED). The
  // last line has no line end, which would scroll a full screen.
  static std::string frame_of(const std::vector<std::string>& lines) {
    std::string frame = "\x1b[H";
    for (std::size_t i = 0; i < lines.size(); ++i) {
      frame += lines[i] + "\x1b[K" + (i + 1 < lines.size() ? "\r\n" : "");
    }
    return frame + "\x1b[J";
  }

  std::deque<std::string> messages_;
};

// What has changed since the baseline, each change once.
class Baseline {
 public:
  explicit Baseline(Snapshot snapshot) : snapshot_(std::move(snapshot)) {}

  std::vector<std::string> new_warnings(const Snapshot& now) {
    std::vector<Change> fresh;
    Comparison comparison = diff(snapshot_, now);
    for (Change& change : comparison.changes) {
      if (change.severity == Severity::notice) continue;
      if (warned_of_.insert(change.fingerprint).second) fresh.push_back(std::move(change));
    }
    return watch_warnings(fresh);
  }

 private:
  Snapshot snapshot_;
  std::set<std::string> warned_of_;
};

class WatchCommand : public Command {
 public:
  explicit WatchCommand(CLI::App& program)
      : Command(program.add_subcommand("watch", "The live view, with warnings and a CSV")) {
    auto* once = app().add_flag("--once", once_, "One round, then end");
    app()
        .add_option("--interval", interval_, "The time from one round to the next")
        ->type_name("DURATION")
        ->capture_default_str()
        ->excludes(once);
    app()
        .add_option("--baseline", baseline_, "Warn of what this snapshot does not have")
        ->type_name("REV");
    csv_option_ = app()
                      .add_option("--csv", csv_, "Append every row to a CSV file")
                      ->type_name("FILE")
                      ->expected(0, 1);
    app()
        .add_option("--filter", filter_text_, "Only the rows that match (see 'netmon show --help')")
        ->type_name("EXPR");
    add_db_option();
    app().footer(kFooter);
  }

  ExitCode run() override {
    const auto interval = parse_duration("--interval", interval_);
    filter_ = parse_filter(filter_text_);
    if (csv_option_->count() > 0) {
      appender_.emplace(csv_.empty() ? kDefaultCsv : csv_, csv_header());
    }
    // Only a comparison looks at digests.
    options_.executables = baseline_.empty() ? Executables::skipped : Executables::hashed;
    if (!baseline_.empty()) {
      known_.emplace(load_snapshot(db_option(), parse_revision(baseline_)));
    }
    if (once_) {
      PlainScreen view;
      round(view);
      return ExitCode::success;
    }
    if (stdout_is_terminal()) {
      RedrawnScreen view;
      return watch(view, interval);
    }
    PlainScreen view;
    return watch(view, interval);
  }

 private:
  ExitCode watch(Screen& view, std::chrono::milliseconds interval) {
    using Clock = std::chrono::steady_clock;
    const Signals signals;
    if (stdout_is_terminal()) write_stdout("\x1b[2J");
    while (true) {
      const auto next = Clock::now() + interval;
      const Snapshot snapshot = round(view);
      while (const auto signal = signals.wait(next - Clock::now())) {
        if (*signal != SIGWINCH) {
          if (stdout_is_terminal()) write_stdout("\n");
          return static_cast<ExitCode>(128 + *signal);
        }
        if (stdout_is_terminal()) view.show(snapshot, filter_);
      }
    }
  }

  // Rows are appended before they are shown: what was seen is kept even when nobody reads.
  Snapshot round(Screen& view) {
    CaptureResult captured = capture(options_);
    options_.known_executables.merge(captured.new_executables);
    Snapshot snapshot = std::move(captured.snapshot);
    say_gaps_once(view, snapshot);
    if (known_) {
      for (const std::string& line : known_->new_warnings(snapshot)) view.message(line);
    }
    if (appender_) {
      const std::string rows = csv_rows(snapshot, filter_);
      appender_->append(rows);
      view.message(fmt::format(
          "Output appended → {} ({})", appender_->path(),
          counted(static_cast<std::uint64_t>(std::ranges::count(rows, '\n')), "row", "rows")));
    }
    view.show(snapshot, filter_);
    return snapshot;
  }

  void say_gaps_once(Screen& view, const Snapshot& snapshot) {
    for (const Gap& gap : snapshot.gaps) {
      if (said_.insert(gap.code).second) view.message("not seen: " + describe(gap));
    }
  }

  bool once_ = false;
  std::string interval_ = "2s";
  std::string baseline_;
  std::string csv_;
  std::string filter_text_;
  CLI::Option* csv_option_ = nullptr;

  CaptureOptions options_ = live_capture();
  Filter filter_;
  std::optional<Baseline> known_;
  std::optional<CsvAppender> appender_;
  std::set<GapCode> said_;
};

}  // namespace

std::unique_ptr<Command> make_watch_command(CLI::App& program) {
  return std::make_unique<WatchCommand>(program);
}

}  // namespace netmon::cli
