// Fits text to a number of terminal columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace netmon {

// Where a text that is too long is cut. Both ends of an address or a path matter, so those are cut
// in the middle.
enum class Cut : std::uint8_t { end, middle };

// Cuts `escaped` to at most `columns` (1 or more) terminal columns; "…" replaces what was cut.
std::string cut_to(std::string_view escaped, std::size_t columns, Cut cut);

// Escapes `text` and puts it after `prefix`, broken at spaces into lines of at most `width` columns
// (0 for one line). Lines after the first are indented by the width of the prefix. A word longer
// than a line is broken as well. Every line ends in a newline; only the spaces between lines are
// lost.
std::string paragraph(std::string_view prefix, std::string_view text, std::size_t width);

}  // namespace netmon
