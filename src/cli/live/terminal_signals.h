// Turns the signals of a terminal, and those that end programs, into a descriptor to read next to
// keys.
#pragma once

#include <optional>

#include "netmon/posix/fd.h"

namespace netmon::cli {

// Blocks SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP and SIGCONT in this thread, and in the
// threads that it starts meanwhile, as long as the object lives.
class TerminalSignals {
 public:
  TerminalSignals();
  TerminalSignals(const TerminalSignals&) = delete;
  TerminalSignals& operator=(const TerminalSignals&) = delete;
  ~TerminalSignals();

  // A descriptor that is readable when a signal has come.
  [[nodiscard]] int descriptor() const { return fd_.get(); }
  // The next signal that has come; absent where there is none.
  [[nodiscard]] std::optional<int> next() const;

  // Stops this process as Ctrl-Z in a terminal does. Returns when the process is continued.
  static void stop();

 private:
  Fd fd_;
};

}  // namespace netmon::cli
