// Text made to fit a number of terminal columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace netmon {

// Where a text that is too long loses its letters: an address or a path means most at both ends.
enum class Cut : std::uint8_t { end, middle };

// `escaped`, of at most `columns` (1 or more) terminal columns; "…" stands for what was cut.
std::string cut_to(std::string_view escaped, std::size_t columns, Cut cut);

// `text`, escaped, behind `prefix`; broken at spaces into lines of at most `width` columns (0 for
// one line), those after the first indented by the prefix's width. A word that is longer than a
// line is broken where it must. Every line ends in a newline; nothing is lost but the spaces
// between lines.
std::string paragraph(std::string_view prefix, std::string_view text, std::size_t width);

}  // namespace netmon
