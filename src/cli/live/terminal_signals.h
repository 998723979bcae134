// The signals of a terminal and of whoever ends programs, as something to read along with keys.
#pragma once

#include <optional>

#include "netmon/posix/fd.h"

namespace netmon::cli {

// Keeps SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP and SIGCONT from this thread, and from
// those that it starts meanwhile, for as long as it lives.
class TerminalSignals {
 public:
  TerminalSignals();
  TerminalSignals(const TerminalSignals&) = delete;
  TerminalSignals& operator=(const TerminalSignals&) = delete;
  ~TerminalSignals();

  // Can be read when a signal has come.
  [[nodiscard]] int descriptor() const { return fd_.get(); }
  // The next one that has come.
  [[nodiscard]] std::optional<int> next() const;

  // Stops this process, as the terminal's Ctrl-Z does it; returns when it goes on.
  static void stop();

 private:
  Fd fd_;
};

}  // namespace netmon::cli
