#pragma once

#include <cstddef>

#include "netmon/report/report.h"

namespace netmon::cli {

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

bool stdout_is_terminal();
bool stderr_is_terminal();

// Of the terminal that standard output is; 80 by 24 where it does not say.
TerminalSize terminal_size();

// The terminal's width and colour; unlimited and plain where standard output is no terminal.
// NO_COLOR (no-color.org) and TERM=dumb turn colour off.
Layout stdout_layout();

}  // namespace netmon::cli
