// Blocks SIGINT, SIGTERM, SIGHUP and SIGWINCH, so that they never interrupt work in the middle.
// wait() receives them.
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

  // Waits for a signal. Absent where none came within the time; with a time of zero, returns one
  // that has come already.
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
