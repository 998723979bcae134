#include "cli/live/span_capture.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "cli/output/terminal.h"
#include "netmon/core/events/span_events.h"
#include "netmon/core/model/span.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"
#include "netmon/linux/event_processes.h"
#include "netmon/linux/event_proofs.h"

namespace netmon::cli {
namespace {

using Clock = std::chrono::steady_clock;

// One line that is overwritten in place and erased at the end.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { write(""); }

  void show(const SpanUnion& span, std::uint64_t planned, Clock::duration left) const {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::max(left, {}));
    write(fmt::format("sample {} of {}, {}, {:%H:%M:%S} left; Ctrl-C ends and stores it now",
                      span.samples(), planned, counted(span.sockets(), "socket", "sockets"),
                      seconds));
  }

 private:
  void write(const std::string& text) const {
    if (!terminal_) return;
    std::fputs(("\r" + text + "\x1b[K").c_str(), stderr);
  }
  bool terminal_ = stderr_is_terminal();
};

// Tells when samples are due: number n at start + n * every.
class Pace {
 public:
  explicit Pace(const SpanPlan& plan)
      : every_(plan.every),
        planned_(static_cast<std::uint64_t>(plan.length / plan.every) + 1),
        end_(start_ + plan.length),
        middle_(start_ + plan.length / 2) {}

  [[nodiscard]] std::uint64_t planned() const { return planned_; }
  [[nodiscard]] bool over() const { return next_ >= planned_; }
  [[nodiscard]] std::uint64_t left() const { return planned_ - next_; }
  [[nodiscard]] std::uint64_t overrun() const { return overrun_; }
  [[nodiscard]] Clock::duration time_left() const { return end_ - Clock::now(); }
  [[nodiscard]] Clock::time_point next() const {
    return start_ + every_ * static_cast<std::int64_t>(next_);
  }

  // The middle of the span; absent once it was passed.
  [[nodiscard]] std::optional<Clock::time_point> middle() const { return middle_; }
  void pass_middle() { middle_.reset(); }

  // To be called after each sample. Samples that became due meanwhile are skipped and counted.
  void advance() {
    const auto due = static_cast<std::uint64_t>((Clock::now() - start_) / every_);
    const std::uint64_t next = std::min(std::max(next_ + 1, due), planned_);
    overrun_ += next - (next_ + 1);
    next_ = next;
  }

 private:
  Clock::time_point start_ = Clock::now();
  std::chrono::milliseconds every_;
  std::uint64_t planned_;
  Clock::time_point end_;
  std::optional<Clock::time_point> middle_;
  std::uint64_t next_ = 0;
  std::uint64_t overrun_ = 0;
};

// Waits until `then`. Returns a signal that came before, other than that of a resized terminal.
std::optional<int> wait_until(Clock::time_point then, const Signals& signals) {
  while (const auto signal = signals.wait(then - Clock::now())) {
    if (*signal != SIGWINCH) return signal;
  }
  return std::nullopt;
}

// Removes the command lines, as capture() does for the samples, which also add the gap for it.
void leave_out_command_lines(EventWindow& window) {
  for (EventProcess& seen : window.processes) seen.process.cmdline.reset();
}

void add_missed(Snapshot& snapshot, std::uint64_t count, std::string reason) {
  if (count == 0) return;
  snapshot.gaps.push_back({GapCode::samples_missed, {}, {}, std::move(reason), count});
}

}  // namespace

std::optional<Events> parse_events(std::string_view text) {
  if (text == "auto") return Events::automatic;
  if (text == "on") return Events::on;
  if (text == "off") return Events::off;
  return std::nullopt;
}

EventWatch::EventWatch(Events events, const EventBounds& bounds) {
  if (events == Events::off) {
    reason_ = "--events off";
    return;
  }
  try {
    readings_.before_attaching = read_open_counters();
    tap_.emplace(bounds);
    run_canary();
    // A connection is reported by its event before the kernel counts it. After this time, one that
    // was being made while the tap was attached is counted too.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    readings_.attached = read_open_counters();
  } catch (const Error& error) {
    if (events == Events::on) throw;
    tap_.reset();
    reason_ = error.what();
  }
}

void EventWatch::run_canary() {
  if (!tap_) return;
  try {
    canaries_.push_back(netmon::run_canary());
  } catch (const SystemError& error) {
    no_canary_ = error.what();
  }
}

ExecutableDigests EventWatch::finish(Snapshot& span, const ExecutableDigests& known,
                                     bool command_lines) {
  if (!tap_) {
    span.gaps.push_back(without_events(reason_));
    put_in_order(span);
    return {};
  }
  run_canary();
  readings_.before_detaching = read_open_counters();
  EventWindow window = std::move(*tap_).finish();
  readings_.detached = read_open_counters();
  window.canaries = std::move(canaries_);
  window.no_canary = std::move(no_canary_);
  window.readings = std::move(readings_);
  EventPrograms programs = complete_processes(window, known);
  if (!command_lines) leave_out_command_lines(window);
  span.gaps.insert(span.gaps.end(), programs.gaps.begin(), programs.gaps.end());
  add_events(span, window);
  return std::move(programs.fresh);
}

SpanCapture capture_span(CaptureOptions options, CaptureResult first, const SpanPlan& plan,
                         EventWatch& events, const Signals& signals) {
  Pace pace(plan);
  if (!events.is_watching()) pace.pass_middle();
  SpanUnion span;
  SpanCapture captured;
  const auto add = [&](CaptureResult sample) {
    span.add(std::move(sample.snapshot));
    options.known_executables.insert(sample.new_executables.begin(), sample.new_executables.end());
    captured.result.new_executables.merge(sample.new_executables);
    pace.advance();
  };
  {
    const Progress progress;
    add(std::move(first));
    while (!pace.over() && !captured.signal) {
      progress.show(span, pace.planned(), pace.time_left());
      const bool at_middle = pace.middle() && *pace.middle() <= pace.next();
      captured.signal = wait_until(at_middle ? *pace.middle() : pace.next(), signals);
      if (captured.signal) break;
      if (at_middle) {
        events.run_canary();
        pace.pass_middle();
      } else {
        add(capture(options));
      }
    }
    // A signal may have come during the last sample.
    if (!captured.signal) captured.signal = wait_until(Clock::now(), signals);
  }
  captured.result.snapshot = std::move(span).finish(plan.every);
  captured.result.new_executables.merge(
      events.finish(captured.result.snapshot, options.known_executables, options.command_lines));
  add_missed(captured.result.snapshot, pace.overrun(), "a sample took longer than --every");
  if (captured.signal) {
    add_missed(captured.result.snapshot, pace.left(),
               fmt::format("ended by SIG{}", ::sigabbrev_np(*captured.signal)));
  }
  return captured;
}

}  // namespace netmon::cli
