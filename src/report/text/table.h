// A table for a terminal: columns, rows, and a layout that fits a width and never wraps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "netmon/report/report.h"
#include "report/text/style.h"
#include "report/text/text_fit.h"

namespace netmon {

enum class Align : std::uint8_t { left, right };

// Where all columns do not fit even at their floors, those of low importance are dropped first; an
// essential column is never dropped. What is kept is cut from low importance to high.
enum class Importance : std::uint8_t { low, medium, high, essential };

struct Column {
  std::string title;
  Importance importance = Importance::essential;
  std::size_t floor = 8;  // cut to this it still tells enough
  Cut cut = Cut::end;
  Align align = Align::left;
};

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
