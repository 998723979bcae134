// Tables of an HTML page. Cells are already HTML; titles are netmon's own words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {

struct HtmlRow {
  std::vector<std::string> cells;  // one for each title; the first is the row's header
  std::string_view css;            // class of the row, or ""
};

// The look of a table, by a class of the page's style (html_style.h).
enum class TableStyle : std::uint8_t {
  cards,    // on a narrow screen each row becomes a card with titled cells
  changes,  // cards, with the same column widths in every table
  pair,     // two columns of values to compare, also on a narrow screen
};

// A table in a box that scrolls if it is too wide. `caption` is for screen readers and not visible.
std::string html_table(TableStyle style, std::string_view caption,
                       const std::vector<std::string_view>& titles,
                       const std::vector<HtmlRow>& rows);

// Text from outside, as code; "–" for "".
std::string html_code(std::string_view text);

}  // namespace netmon
