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

// Whether standard output and standard error are the same terminal.
bool streams_share_terminal();

// Whether standard error goes to systemd's journal. The service manager says so in JOURNAL_STREAM,
// by device and inode (systemd.exec(5)).
bool stderr_is_journal();

// The size of the terminal on standard output; 80 by 24 where it is not known.
TerminalSize terminal_size();

// Whether text on standard output can be overwritten: it is a terminal, and TERM names one that
// understands escape sequences.
bool stdout_can_redraw();

// When reports are coloured. `automatic` means on a terminal, unless NO_COLOR (no-color.org) is set
// or TERM is "dumb".
enum class ColorWhen : std::uint8_t { automatic, always, never };

// Parses the value of --color. Throws Error for an unknown one.
ColorWhen parse_color_when(const std::string& text);

// The layout of reports on standard output. The width is that of the terminal, or unlimited where
// it is no terminal.
Layout stdout_layout(ColorWhen when);

}  // namespace netmon::cli
