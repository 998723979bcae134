#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "netmon/report/report.h"

namespace netmon::cli {

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

bool stdout_is_terminal();
bool stderr_is_terminal();

// Whether standard output and standard error are one and the same terminal.
bool streams_share_terminal();

// Whether what is written to standard error becomes entries of systemd's journal: the service
// manager says so in JOURNAL_STREAM, by device and inode (systemd.exec(5)).
bool stderr_is_journal();

// The size of the terminal that standard output is; 80 by 24 where it does not say.
TerminalSize terminal_size();

// Whether what was written to standard output can be written over: it is a terminal, and TERM names
// one that knows escape sequences.
bool stdout_can_redraw();

// When reports are coloured. `automatic`: on a terminal, unless NO_COLOR (no-color.org) or
// TERM=dumb says otherwise.
enum class ColorWhen : std::uint8_t { automatic, always, never };

// --color's value. Throws Error for one that there is not.
ColorWhen parse_color_when(const std::string& text);

// The terminal's width, unlimited where standard output is no terminal, and the colour.
Layout stdout_layout(ColorWhen when);

}  // namespace netmon::cli
