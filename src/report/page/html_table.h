// Tables of an HTML page. Cells are HTML already; titles are netmon's own words.
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

// How a table looks: the page's classes (html_style.h).
enum class TableStyle : std::uint8_t {
  cards,    // on a narrow screen each row becomes a card whose cells carry their titles
  changes,  // cards, with columns that line up from table to table
  pair,     // two things side by side, on a narrow screen too
};

// The table is in a box that scrolls where it is too wide. `caption` is read out, and not shown.
std::string html_table(TableStyle style, std::string_view caption,
                       const std::vector<std::string_view>& titles,
                       const std::vector<HtmlRow>& rows);

// Text from outside, as code; "–" for "".
std::string html_code(std::string_view text);

}  // namespace netmon
