#include "report/text/table.h"

#include <algorithm>
#include <span>

#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::string_view kNoteIndent = "          ";

using Fit = std::vector<FittedColumn>;

void escape(Table& table) {
  for (auto& row : table.rows) {
    for (auto& cell : row.cells) cell.text = escape_controls(cell.text);
  }
}

// The width of the longest text in each column.
std::vector<std::size_t> widest_of(const Table& table) {
  std::vector<std::size_t> widest(table.columns.size(), 0);
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < widest.size(); ++i) {
      widest[i] = std::max(widest[i], display_width(row.cells[i].text));
    }
  }
  return widest;
}

std::string cell_line(const Table& table, const Fit& fit, std::span<const Cell> cells,
                      Color color) {
  std::string line;
  std::size_t spaces = 0;  // written only before more text, so no line ends in a space
  for (const auto& [index, width, floor] : fit) {
    const Column& column = table.columns[index];
    const Cell& cell = cells[index];
    const std::size_t columns = display_width(cell.text);
    const std::string cut = columns <= width ? "" : cut_to(cell.text, width, column.cut);
    const std::string_view text = columns <= width ? cell.text : cut;
    const std::size_t padding = width - (columns <= width ? columns : display_width(cut));
    const bool right = column.align == Align::right;
    if (!text.empty()) {
      line.append(spaces + (right ? padding : 0), ' ');
      if (cell.style == Style::plain || color == Color::off) {
        line.append(text);
      } else {
        line.append(styled(text, cell.style, color));
      }
      spaces = right ? 0 : padding;
    } else {
      spaces += padding;
    }
    spaces += kColumnGap;
  }
  return line.append("\n");
}

std::vector<Cell> titles(const Table& table) {
  std::vector<Cell> cells;
  for (const auto& column : table.columns) cells.push_back({column.title, Style::strong});
  return cells;
}

}  // namespace

std::size_t line_width(const Layout& layout) {
  return layout.width == 0 ? 0 : std::max(layout.width, kNarrowest);
}

std::string render_line(std::string_view text, const Layout& layout) {
  return paragraph("", text, line_width(layout));
}

std::string render(Table table, const Layout& layout) {
  escape(table);
  const std::size_t width = line_width(layout);
  const Fit fit = fit_columns(table.columns, widest_of(table), width);
  for (auto& row : table.rows) {
    for (auto& cell : row.cells) {
      if (cell.text.empty()) cell.text = "-";
    }
  }
  std::string out = cell_line(table, fit, titles(table), layout.color);
  for (const auto& row : table.rows) {
    out += cell_line(table, fit, row.cells, layout.color);
    for (const auto& note : row.notes) out += paragraph(kNoteIndent, note, width);
  }
  return out;
}

}  // namespace netmon
