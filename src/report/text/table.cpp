#include "report/text/table.h"

#include <algorithm>
#include <span>

#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::string_view kNoteIndent = "          ";

struct FittedColumn {
  std::size_t index = 0;  // into Table::columns
  std::size_t width = 0;
  std::size_t floor = 0;
};
using Fit = std::vector<FittedColumn>;

void escape(Table& table) {
  for (auto& row : table.rows) {
    for (auto& cell : row.cells) cell.text = escape_controls(cell.text);
  }
}

Fit natural_fit(const Table& table) {
  Fit fit;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    std::size_t widest = 0;
    for (const auto& row : table.rows) {
      widest = std::max(widest, display_width(row.cells[i].text));
    }
    if (widest == 0) continue;
    const std::size_t title = display_width(column.title);
    const std::size_t width = std::max(widest, title);
    fit.push_back({i, width, std::min(width, std::max(column.floor, title))});
  }
  return fit;
}

std::size_t sum(const Fit& fit, std::size_t FittedColumn::*width) {
  std::size_t total = fit.empty() ? 0 : kGap * (fit.size() - 1);
  for (const auto& column : fit) total += column.*width;
  return total;
}

Fit drop_columns(Fit fit, const Table& table, std::size_t width) {
  for (const auto importance : {Importance::low, Importance::medium, Importance::high}) {
    for (std::size_t i = fit.size(); i-- > 0;) {
      if (sum(fit, &FittedColumn::floor) <= width) return fit;
      if (table.columns[fit[i].index].importance != importance) continue;
      fit.erase(fit.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return fit;
}

// Takes from the widest of the columns that `may_shrink`, for as long as that is needed.
template <typename Predicate>
Fit shrink(Fit fit, std::size_t width, Predicate may_shrink) {
  for (std::size_t total = sum(fit, &FittedColumn::width); total > width; --total) {
    FittedColumn* widest = nullptr;
    for (auto& column : fit) {
      if (!may_shrink(column)) continue;
      if (widest == nullptr || column.width > widest->width) widest = &column;
    }
    if (widest == nullptr) break;
    --widest->width;
  }
  return fit;
}

Fit fit_to(Fit fit, const Table& table, std::size_t width) {
  fit = drop_columns(std::move(fit), table, width);
  for (const auto importance :
       {Importance::low, Importance::medium, Importance::high, Importance::essential}) {
    fit = shrink(std::move(fit), width, [&](const FittedColumn& column) {
      return table.columns[column.index].importance == importance && column.width > column.floor;
    });
  }
  return shrink(std::move(fit), width, [](const FittedColumn& column) { return column.width > 1; });
}

std::string cell_line(const Table& table, const Fit& fit, std::span<const Cell> cells,
                      Color color) {
  std::string line;
  std::size_t spaces = 0;  // owed; written only before more text, so no line ends in one
  for (const auto& [index, width, floor] : fit) {
    const Column& column = table.columns[index];
    const std::string text = cut_to(cells[index].text, width, column.cut);
    const std::size_t padding = width - display_width(text);
    const bool right = column.align == Align::right;
    if (!text.empty()) {
      line.append(spaces + (right ? padding : 0), ' ');
      line.append(styled(text, cells[index].style, color));
      spaces = right ? 0 : padding;
    } else {
      spaces += padding;
    }
    spaces += kGap;
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
  Fit fit = natural_fit(table);
  if (width != 0) fit = fit_to(std::move(fit), table, width);
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
