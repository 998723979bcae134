#include "cli/view/table_page.h"

#include <algorithm>
#include <string>
#include <utility>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/report/socket_columns.h"

namespace netmon::cli {
namespace {

constexpr std::size_t kSignWidth = 3;
// The number of first rows whose texts, with those on the screen, decide the widths of the columns.
constexpr std::size_t kMaxMeasured = 500;
// Upper bound on the width of a column, so that one long path or IPv6 address does not take the
// whole line.
constexpr std::size_t kMaxColumnWidth = 60;

// The column of the change that marks a row, followed by the columns of sockets.
const std::vector<Column>& columns() {
  static const std::vector<Column> kColumns = [] {
    const auto sockets = socket_columns();
    std::vector<Column> all{{"CHANGE", Importance::medium, 14}};
    all.insert(all.end(), sockets.begin(), sockets.end());
    return all;
  }();
  return kColumns;
}

std::vector<std::string> cells_of(const LiveModel& model, const RowRef& row) {
  const Part& part = model.part(row);
  const auto listener = part.accepting.find(row.socket);
  const Process* accepting =
      listener == part.accepting.end()
          ? nullptr
          : part.snapshot.shown_process(part.snapshot.sockets[listener->second]);
  std::vector<std::string> cells =
      socket_cells(part.snapshot, model.socket(row), part.roles[row.socket], accepting);
  const auto kind = part.kinds[row.socket];
  cells.emplace(cells.begin(), kind ? to_string(*kind) : "");
  for (std::string& cell : cells) cell = escape_controls(cell);
  return cells;
}

Look look_of(const LiveModel& model, const RowRef& row) {
  const Mark mark = model.mark(row);
  if (mark == Mark::unexpected) return Look::bad;
  if (model.is_gone(row)) return Look::faint;
  switch (mark) {
    case Mark::unexpected:
      return Look::bad;
    case Mark::added:
      return Look::mild;
    case Mark::changed:
    case Mark::missing:
      return Look::warning;
    case Mark::known:
      return Look::plain;
  }
  no_such_enumerator();
}

char letter_of(Mark mark) {
  switch (mark) {
    case Mark::unexpected:
      return '!';
    case Mark::added:
      return '+';
    case Mark::changed:
      return '~';
    case Mark::missing:
      return '-';
    case Mark::known:
      return ' ';
  }
  no_such_enumerator();
}

std::string line_of(const std::vector<FittedColumn>& fit, const std::vector<std::string>& cells) {
  std::string line;
  std::size_t spaces = 0;  // pending spaces, written only before more text
  for (const auto& [index, width, floor] : fit) {
    const Column& column = columns()[index];
    const std::string text = cut_to(cells[index], width, column.cut);
    const std::size_t padding = width - std::min(width, display_width(text));
    const bool right = column.align == Align::right;
    line.append(spaces + (right ? padding : 0), ' ').append(text);
    spaces = (right ? 0 : padding) + kColumnGap;
  }
  return line;
}

}  // namespace

std::string sign_of(const LiveModel& model, const RowRef& row) {
  const char letter = letter_of(model.mark(row));
  if (!model.is_gone(row)) return {letter, ' '};
  return letter == ' ' ? "- " : std::string{letter, '-'};
}

void TablePage::measure(const LiveModel& model) {
  widest_.resize(columns().size(), 0);
  const auto& rows = model.rows();
  const auto take = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < std::min(end, rows.size()); ++i) {
      const auto cells = cells_of(model, rows[i]);
      for (std::size_t cell = 0; cell < cells.size(); ++cell) {
        const std::size_t width = std::min(display_width(cells[cell]), kMaxColumnWidth);
        widest_[cell] = std::max(widest_[cell], width);
      }
    }
  };
  take(0, kMaxMeasured);
  take(model.top(), model.top() + model.height());
}

void TablePage::fit(const LiveModel& model, std::size_t width) {
  measure(model);
  fit_ = fit_columns(columns(), widest_, width > kSignWidth ? width - kSignWidth : 1);
  const auto held = std::ranges::count_if(widest_, [](std::size_t widest) { return widest > 0; });
  hidden_ = static_cast<std::size_t>(held) - fit_.size();
}

std::vector<Line> TablePage::lines(const LiveModel& model, std::size_t width) const {
  std::vector<std::string> titles;
  for (const Column& column : columns()) titles.push_back(column.title);
  std::vector<Line> lines;
  lines.push_back(
      cut_line({{{std::string(kSignWidth, ' ') + line_of(fit_, titles), Look::strong}}}, width));
  const auto& rows = model.rows();
  const std::size_t end = std::min(rows.size(), model.top() + model.height());
  for (std::size_t i = model.top(); i < end; ++i) {
    const Look look = look_of(model, rows[i]);
    Line line{
        {{sign_of(model, rows[i]) + " ", look}, {line_of(fit_, cells_of(model, rows[i])), look}},
        i == model.selected()};
    lines.push_back(cut_line(std::move(line), width));
  }
  return lines;
}

}  // namespace netmon::cli
