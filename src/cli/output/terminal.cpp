#include "cli/output/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "netmon/core/values/error.h"

namespace netmon::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

bool stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }
bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

bool streams_share_terminal() {
  struct stat out {};
  struct stat err {};
  return stdout_is_terminal() && stderr_is_terminal() && ::fstat(STDOUT_FILENO, &out) == 0 &&
         ::fstat(STDERR_FILENO, &err) == 0 && out.st_rdev == err.st_rdev;
}

bool stderr_is_journal() {
  struct stat err {};
  return ::fstat(STDERR_FILENO, &err) == 0 &&
         environment("JOURNAL_STREAM") == fmt::format("{}:{}", err.st_dev, err.st_ino);
}

TerminalSize terminal_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    return {};
  }
  return {size.ws_col, size.ws_row};
}

bool stdout_can_redraw() {
  const std::string_view terminal = environment("TERM");
  return stdout_is_terminal() && !terminal.empty() && terminal != "dumb";
}

ColorWhen parse_color_when(const std::string& text) {
  if (text == "auto") return ColorWhen::automatic;
  if (text == "always") return ColorWhen::always;
  if (text == "never") return ColorWhen::never;
  throw Error(fmt::format("--color '{}'", text), "it must be one of: auto, always, never");
}

Layout stdout_layout(ColorWhen when) {
  const bool wanted = when == ColorWhen::automatic
                          ? stdout_can_redraw() && environment("NO_COLOR").empty()
                          : when == ColorWhen::always;
  Layout layout{.color = wanted ? Color::on : Color::off};
  if (stdout_is_terminal()) layout.width = terminal_size().columns;
  return layout;
}

}  // namespace netmon::cli
