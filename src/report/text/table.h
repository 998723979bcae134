// A table for a terminal: columns, rows, and a layout that fits a width and never wraps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "netmon/report/columns.h"
#include "netmon/report/report.h"
#include "netmon/report/text_fit.h"
#include "report/text/style.h"

namespace netmon {

// `text` is raw: render() escapes it.
struct Cell {
  std::string text;
  Style style = Style::plain;
};

struct Row {
  std::vector<Cell> cells;         // one for each column; "" is shown as "-"
  std::vector<std::string> notes;  // lines below the row, wrapped; raw as well
};

struct Table {
  std::vector<Column> columns;
  std::vector<Row> rows;
};

// A terminal narrower than this gets lines of this width.
constexpr std::size_t kNarrowest = 40;

// The columns that a layout gives to a line: 0 for unlimited, else kNarrowest or more.
std::size_t line_width(const Layout& layout);

// The header, then the rows. A column in which no row has a text is left out.
std::string render(Table table, const Layout& layout);

}  // namespace netmon
