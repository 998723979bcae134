// A table for a terminal: columns, rows, and a layout that fits a given width without wrapping.
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
  std::vector<std::string> notes;  // wrapped lines below the row; raw as well
};

struct Table {
  std::vector<Column> columns;
  std::vector<Row> rows;
};

// A narrower terminal gets lines of this width.
constexpr std::size_t kNarrowest = 40;

// The width of a line in a layout: 0 for unlimited, else kNarrowest or more.
std::size_t line_width(const Layout& layout);

// Returns the header and the rows. A column without any text in its rows is left out.
std::string render(Table table, const Layout& layout);

}  // namespace netmon
