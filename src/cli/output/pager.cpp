#include "cli/output/pager.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "cli/output/output.h"
#include "cli/output/terminal.h"

namespace netmon::cli {
namespace {

constexpr int kCommandNotFound = 127;  // the exit status of sh(1)

// Whether a folder of PATH has a program of this name.
bool is_installed(const std::string& name) {
  const char* variable = std::getenv("PATH");
  std::string_view path = variable == nullptr ? "" : variable;
  while (!path.empty()) {
    std::string file(path.substr(0, path.find(':')));
    path.remove_prefix(std::min(file.size() + 1, path.size()));
    file += '/';
    file += name;
    if (::access(file.c_str(), X_OK) == 0) return true;
  }
  return false;
}

// The command of the pager; "" for none.
std::string pager_command() {
  if (const char* chosen = std::getenv("PAGER"))
    return std::string_view(chosen) == "cat" ? "" : chosen;
  return is_installed("less") ? "less" : "";
}

// Ignores Ctrl-C, which is for the pager while that runs.
class IgnoredInterrupt {
 public:
  IgnoredInterrupt() : former_(std::signal(SIGINT, SIG_IGN)) {}
  IgnoredInterrupt(const IgnoredInterrupt&) = delete;
  IgnoredInterrupt& operator=(const IgnoredInterrupt&) = delete;
  ~IgnoredInterrupt() { std::signal(SIGINT, former_); }

 private:
  using Handler = void (*)(int);
  Handler former_;
};

// Pipes the text through the pager. Returns false where there is no such command.
bool run_pager(const std::string& command, std::string_view text) {
  ::setenv("LESS", "FRX", 0);                            // quit if short, colours, no clearing
  if (::geteuid() == 0) ::setenv("LESSSECURE", "1", 1);  // no root shell from within the pager
  // The command is the user's own, and the user's own shell runs it.
  FILE* pipe = ::popen(command.c_str(), "we");  // NOLINT(cert-env33-c)
  if (pipe == nullptr) return false;
  const IgnoredInterrupt ignored;
  std::fwrite(text.data(), 1, text.size(), pipe);
  const int status = ::pclose(pipe);
  return !(WIFEXITED(status) && WEXITSTATUS(status) == kCommandNotFound);
}

}  // namespace

void write_paged(std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  const std::string command = pager_command();
  const bool pages = stdout_can_redraw() && !command.empty() && lines >= terminal_size().rows;
  if (!pages || !run_pager(command, text)) write_stdout(text);
}

}  // namespace netmon::cli
