#include "cli/live/full_screen.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

#include "cli/live/screen.h"
#include "cli/live/terminal_signals.h"
#include "cli/view/live_view.h"
#include "netmon/linux/privilege.h"

namespace netmon::cli {
namespace {

using Clock = std::chrono::steady_clock;

ExitCode ended_by(int signal) { return static_cast<ExitCode>(128 + signal); }

class Loop {
 public:
  Loop(const FullScreen& watch, RoundThread& rounds, const TerminalSignals& signals)
      : watch_(watch), rounds_(rounds), signals_(signals), screen_(watch.color) {
    view_.model().set_filter(watch.filter_text, watch.filter);
  }

  ExitCode run() {
    while (true) {
      screen_.draw(view_.frame(screen_.size()));
      if (!wait()) return ended_by(SIGHUP);  // the terminal is gone
      if (const auto end = take_signals()) return *end;
      if (const auto end = take_keys()) return *end;
      if (auto round = rounds_.round()) view_.take(*std::move(round), Clock::now());
      if (auto answer = rounds_.answer()) view_.set_history(*std::move(answer));
      view_.model().tick(Clock::now());
    }
  }

 private:
  // Waits until there is something to do. Returns false where the terminal is gone.
  bool wait() {
    std::array<pollfd, 3> found{{{screen_.keyboard(), POLLIN, 0},
                                 {signals_.descriptor(), POLLIN, 0},
                                 {rounds_.descriptor(), POLLIN, 0}}};
    if (::poll(found.data(), found.size(), milliseconds_to_wait()) < 0) {
      if (errno == EINTR) return true;
      throw SystemError("poll", errno);
    }
    return (found[0].revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
  }

  [[nodiscard]] int milliseconds_to_wait() const {
    const auto next = view_.model().next_tick();
    if (!next) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
  }

  std::optional<ExitCode> take_signals() {
    while (const auto signal = signals_.next()) {
      switch (*signal) {
        case SIGWINCH:
          screen_.resize();
          break;
        case SIGTSTP:
          screen_.suspend();
          TerminalSignals::stop();
          come_back();
          break;
        case SIGCONT:
          come_back();
          break;
        default:
          return ended_by(*signal);
      }
    }
    return std::nullopt;
  }

  // Draws everything after a stop, during which other programs used the terminal.
  void come_back() {
    screen_.resize();
    screen_.redraw();
  }

  std::optional<ExitCode> take_keys() {
    while (true) {
      const KeyPress press = screen_.read_key();
      if (press.key == Key::none) return std::nullopt;
      switch (view_.press(press, Clock::now())) {
        case Request::none:
          break;
        case Request::quit:
          return ExitCode::success;
        case Request::write_rule:
          write_rule();
          break;
        case Request::look_up_history:
          rounds_.look_up(*view_.history_query());
          break;
      }
    }
  }

  void write_rule() {
    try {
      watch_.write_rule(view_.rule_path(), view_.rule_text());
      view_.rule_written(
          fmt::format("Wrote {}, all commented out: enter the reason and remove each \"# \"",
                      view_.rule_path()));
    } catch (const Error& error) {
      view_.rule_refused(error.what());
    }
  }

  const FullScreen& watch_;
  RoundThread& rounds_;
  const TerminalSignals& signals_;
  Screen screen_;
  LiveView view_;
};

}  // namespace

ExitCode watch_full_screen(const FullScreen& watch) {
  // These are destroyed in the opposite order: the terminal is restored first, then signals are
  // unblocked, so that a second Ctrl-C can end the process while the last round is finished.
  RoundThread rounds(watch.take_round, watch.look_up, watch.interval);
  const TerminalSignals signals;
  rounds.start();
  drop_privileges(Keep::files);  // only of this thread, which reads keys and shows names
  return Loop(watch, rounds, signals).run();
}

}  // namespace netmon::cli
