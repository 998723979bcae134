// SIGINT, SIGTERM, SIGHUP and SIGWINCH, delivered only where wait() asks for them, so that a round
// of work is never cut in half.
#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>

namespace netmon::cli {

class Signals {
 public:
  Signals() {
    ::sigemptyset(&set_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) ::sigaddset(&set_, signal);
    ::pthread_sigmask(SIG_BLOCK, &set_, &former_);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() { ::pthread_sigmask(SIG_SETMASK, &former_, nullptr); }

  // The signal that came before the time was over; without any time, one that came already.
  [[nodiscard]] std::optional<int> wait(std::chrono::nanoseconds time) const {
    time = std::max(time, std::chrono::nanoseconds::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    const timespec timeout{seconds.count(), (time - seconds).count()};
    const int signal = ::sigtimedwait(&set_, nullptr, &timeout);
    return signal < 0 ? std::nullopt : std::optional(signal);
  }

 private:
  sigset_t set_{};
  sigset_t former_{};
};

}  // namespace netmon::cli
