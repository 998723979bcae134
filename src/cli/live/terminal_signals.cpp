#include "cli/live/terminal_signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "netmon/core/values/error.h"

namespace netmon::cli {
namespace {

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set{};
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  return set;
}

sigset_t terminal_signals() {
  return set_of({SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT});
}

}  // namespace

TerminalSignals::TerminalSignals() {
  const sigset_t set = terminal_signals();
  fd_ = Fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd_) throw SystemError("signals", errno);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

TerminalSignals::~TerminalSignals() {
  // Discards the signals that have come already: they have ended the view, and must not end the
  // program as well.
  while (next()) {
  }
  const sigset_t set = terminal_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

std::optional<int> TerminalSignals::next() const {
  signalfd_siginfo info{};
  if (::read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

// Uses SIGTSTP instead of SIGSTOP, because the kernel ignores SIGTSTP for a process that nobody
// could continue.
void TerminalSignals::stop() {
  const sigset_t set = set_of({SIGTSTP});
  ::kill(::getpid(), SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace netmon::cli
