// CSV as in docs/FORMATS.md: quoted as in RFC 4180, with lines that end in LF.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace netmon {

// Returns one line with its end. Cells are raw text: controls are escaped, and a text that a
// spreadsheet would run as a formula gets a leading apostrophe. An empty cell is an absent value.
std::string csv_line(std::initializer_list<std::string_view> cells);

}  // namespace netmon
