#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "cli/view/live_view.h"
#include "cli/view/pages.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"

namespace netmon::cli {
namespace {

// The header takes at most a third of the screen; the rows get the rest.
std::size_t max_header_rows(std::size_t rows) { return std::max<std::size_t>(rows / 3, 1); }

}  // namespace

std::vector<Line> LiveView::page_lines(std::size_t columns) {
  if (page_ == Page::help) return help_lines(columns);
  if (page_ == Page::notes) return notes_lines(model_, columns);
  if (const auto row = model_.find(details_of_)) {
    last_details_ = details_lines(model_, *row, history_, columns);
  }
  return last_details_;
}

std::string LiveView::page_title() const {
  switch (page_) {
    case Page::details:
      return model_.find(details_of_) ? "Details" : "Details: it has gone";
    case Page::notes:
      return "Warnings, and what could not be seen";
    case Page::help:
      return "Help";
    case Page::table:
      return "";
  }
  no_such_enumerator();
}

Frame LiveView::frame(const FrameSize& size) {
  Frame frame;
  if (size.rows == 0 || size.columns == 0) return frame;
  if (page_ == Page::table) {
    add_table(frame, size);
  } else {
    add_page(frame, size);
  }
  add_footer(frame, size);
  return frame;
}

void LiveView::add_table(Frame& frame, const FrameSize& size) {
  table_.fit(model_, size.columns);
  frame.lines =
      header_lines(model_, table_.hidden_columns(), size.columns, max_header_rows(size.rows));
  const std::size_t around = frame.lines.size() + 2;  // the titles and the last line
  model_.set_height(size.rows > around ? size.rows - around : 1);
  for (Line& line : table_.lines(model_, size.columns)) frame.lines.push_back(std::move(line));
  if (model_.has_round() && model_.rows().empty()) {
    const bool filtered = !model_.filter_text().empty();
    frame.lines.push_back(cut_line(
        {{span_of(filtered ? "   No row passes the filter" : "   No sockets", Look::faint)}},
        size.columns));
  }
}

void LiveView::add_page(Frame& frame, const FrameSize& size) {
  constexpr std::size_t kIndent = 1;
  frame.lines.push_back(justified({{span_of(" " + page_title(), Look::strong)}, true},
                                  {{span_of("Esc back ")}}, size.columns));
  const std::vector<Line> lines = page_lines(size.columns > 4 ? size.columns - 2 : size.columns);
  page_length_ = lines.size();
  page_height_ = size.rows > 2 ? size.rows - 2 : 1;
  scroll(0);
  for (std::size_t i = page_top_; i < std::min(lines.size(), page_top_ + page_height_); ++i) {
    Line line = lines[i];
    line.spans.insert(line.spans.begin(), Span{std::string(kIndent, ' ')});
    frame.lines.push_back(cut_line(std::move(line), size.columns));
  }
}

Line LiveView::position_text() const {
  const bool in_table = page_ == Page::table;
  const std::size_t all = in_table ? model_.rows().size() : page_length_;
  if (all == 0) return {};
  const std::size_t first = in_table ? model_.top() : page_top_;
  const std::size_t last = std::min(all, first + (in_table ? model_.height() : page_height_));
  return {{span_of(fmt::format("{}-{} of {} ", first + 1, last, all))}};
}

Line LiveView::footer(std::size_t columns) const {
  if (page_ != Page::table)
    return justified({{span_of(" q back  j k move")}}, position_text(), columns);
  constexpr std::array kHints{"q quit",  "? help",        "/ filter", "s sort",
                              "p pause", "Enter details", "e rule",   "w notes"};
  const Line right = position_text();
  const std::size_t taken = width_of(right) + 2;
  std::string hints;
  for (const std::string_view hint : kHints) {
    if (display_width(hints) + hint.size() + 2 + taken > columns) break;
    hints.append(hints.empty() ? " " : "  ").append(hint);
  }
  return justified({{span_of(hints, Look::faint)}}, right, columns);
}

// Adds the last line of the screen: the text that is typed, a message, or the meaning of the keys.
void LiveView::add_footer(Frame& frame, const FrameSize& size) const {
  const std::size_t last = size.rows - 1;
  frame.lines.resize(std::min(frame.lines.size(), last));
  while (frame.lines.size() < last) frame.lines.emplace_back();
  if (typing_ == Typing::nothing) {
    frame.lines.push_back(message_.text.empty() ? footer(size.columns)
                                                : cut_line({{{" "}, message_}}, size.columns));
    return;
  }
  if (!message_.text.empty() && last > 0) {
    frame.lines.back() = cut_line({{{" "}, message_}}, size.columns);
  }
  const std::string label = typing_ == Typing::filter ? " Filter: " : " Write a rule to: ";
  const std::size_t columns_left = size.columns - std::min(size.columns - 1, label.size() + 1);
  const std::string shown =
      end_of(span_of(typed_).text, columns_left);  // the end of a long text stays visible
  Line line{{{label, Look::strong}, {shown}}};
  const std::size_t column = std::min(width_of(line), size.columns - 1);
  frame.cursor = Cursor{last, column};
  frame.lines.push_back(cut_line(std::move(line), size.columns));
}

}  // namespace netmon::cli
