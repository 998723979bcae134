#include "cli/view/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "cli/view/pages.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon::cli {
namespace {

// The header takes at most a third of the screen, the rows have the rest.
std::size_t header_room(std::size_t rows) { return std::max<std::size_t>(rows / 3, 1); }

bool continues_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

void remove_last_code_point(std::string& text) {
  while (!text.empty() && continues_code_point(text.back())) text.pop_back();
  if (!text.empty()) text.pop_back();
}

// The row that a key of less(1) and vi(1) leads to.
struct Motion {
  std::string_view key;
  Key meaning;
};
constexpr std::array kMotions{Motion{"j", Key::down},         Motion{"k", Key::up},
                              Motion{"f", Key::page_down},    Motion{"b", Key::page_up},
                              Motion{"\x06", Key::page_down}, Motion{"\x02", Key::page_up},
                              Motion{"g", Key::home},         Motion{"G", Key::end}};

Key meaning_of(const KeyPress& press) {
  if (press.key != Key::character) return press.key;
  const auto* const found = std::ranges::find(kMotions, press.text, &Motion::key);
  return found == kMotions.end() ? Key::character : found->meaning;
}

}  // namespace

void LiveView::take(Round round, Time now) { model_.take(std::move(round), now); }

Request LiveView::press(const KeyPress& press, Time now) {
  if (press.key == Key::none) return Request::none;
  message_ = {};
  if (typing_ != Typing::nothing) return press_while_typing(press);
  if (press.key == Key::character && press.text == "q" && page_ == Page::table) {
    return Request::quit;
  }
  return page_ == Page::table ? press_in_table(press, now) : press_in_page(press);
}

Request LiveView::press_in_table(const KeyPress& press, Time now) {
  const auto page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(model_.height(), 2) - 1);
  switch (meaning_of(press)) {
    case Key::up:
      model_.move(-1);
      break;
    case Key::down:
      model_.move(1);
      break;
    case Key::page_up:
      model_.move(-page);
      break;
    case Key::page_down:
      model_.move(page);
      break;
    case Key::home:
      model_.select_first();
      break;
    case Key::end:
      model_.select_last();
      break;
    case Key::enter:
      return open_details();
    case Key::character:
      return press_character(press.text, now);
    case Key::none:
    case Key::escape:
    case Key::backspace:
    case Key::clear_line:
      break;
  }
  return Request::none;
}

Request LiveView::press_character(const std::string& text, Time now) {
  if (text == "?" || text == "h") open(Page::help);
  if (text == "w") open(Page::notes);
  if (text == "/") start_typing(Typing::filter, model_.filter_text());
  if (text == "s") model_.next_order();
  if (text == "p" || text == " ") model_.toggle_pause(now);
  if (text == "e") start_rule();
  return Request::none;
}

Request LiveView::press_in_page(const KeyPress& press) {
  const auto page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(page_height_, 2) - 1);
  const auto whole = static_cast<std::ptrdiff_t>(page_length_);
  switch (meaning_of(press)) {
    case Key::up:
      scroll(-1);
      break;
    case Key::down:
      scroll(1);
      break;
    case Key::page_up:
      scroll(-page);
      break;
    case Key::page_down:
      scroll(page);
      break;
    case Key::home:
      scroll(-whole);
      break;
    case Key::end:
      scroll(whole);
      break;
    case Key::enter:
    case Key::escape:
    case Key::backspace:
      open(Page::table);
      break;
    case Key::character:
      if (press.text == "q" || press.text == "?" || press.text == "h" || press.text == "w") {
        open(Page::table);
      }
      if (press.text == " ") scroll(page);
      if (press.text == "e" && page_ == Page::details) start_rule();
      break;
    case Key::none:
    case Key::clear_line:
      break;
  }
  return Request::none;
}

Request LiveView::press_while_typing(const KeyPress& press) {
  switch (press.key) {
    case Key::escape:
      typing_ = Typing::nothing;
      break;
    case Key::enter:
      return submit();
    case Key::backspace:
      remove_last_code_point(typed_);
      break;
    case Key::clear_line:
      typed_.clear();
      break;
    case Key::character:
      if (typed_.size() + press.text.size() <= kMaxTyped &&
          static_cast<unsigned char>(press.text[0]) >= 0x20) {
        typed_ += press.text;
      }
      break;
    default:
      break;
  }
  return Request::none;
}

Request LiveView::submit() {
  if (typing_ == Typing::rule) {
    if (!typed_.empty()) return Request::write_rule;
    typing_ = Typing::nothing;
    return Request::none;
  }
  try {
    model_.set_filter(typed_, parse_filter(typed_));
    typing_ = Typing::nothing;
  } catch (const Error& error) {
    message_ = span_of(error.what(), Look::bad);
  }
  return Request::none;
}

Request LiveView::open_details() {
  if (model_.rows().empty()) return Request::none;
  const RowRef row = model_.rows()[model_.selected()];
  details_of_ = model_.part(row).keys[row.socket];
  open(Page::details);
  history_query_ = history_query_of(model_, row);
  history_ = history_query_ ? "looking …" : "";
  return history_query_ ? Request::look_up_history : Request::none;
}

void LiveView::open(Page page) {
  page_ = page;
  page_top_ = 0;
  last_details_.clear();
}

void LiveView::start_typing(Typing what, std::string text) {
  typing_ = what;
  typed_ = std::move(text);
}

void LiveView::start_rule() {
  if (model_.rows().empty()) return;
  try {
    const RowRef row = model_.rows()[model_.selected()];
    rule_text_ = rule_for(model_, row);
    start_typing(Typing::rule, rule_name_for(model_, row));
  } catch (const Error& error) {
    message_ = span_of(error.what(), Look::warning);
  }
}

void LiveView::rule_written(const std::string& message) {
  typing_ = Typing::nothing;
  message_ = span_of(message, Look::good);
}

void LiveView::rule_refused(const std::string& why) { message_ = span_of(why, Look::bad); }

void LiveView::scroll(std::ptrdiff_t lines) {
  const std::size_t last = page_length_ - std::min(page_length_, page_height_);
  const auto wanted = static_cast<std::ptrdiff_t>(page_top_) + lines;
  page_top_ = static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(wanted, 0, static_cast<std::ptrdiff_t>(last)));
}

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
      break;
  }
  return "";
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
  frame.lines = header_lines(model_, table_.hidden_columns(), size.columns, header_room(size.rows));
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

// The last line of the screen: what is typed, a message, or what the keys do.
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
  // The end of a long text stays in sight.
  std::string shown = span_of(typed_).text;
  const std::size_t room = size.columns - std::min(size.columns - 1, label.size() + 1);
  while (display_width(shown) >= room && !shown.empty()) {
    std::size_t next = 1;
    while (next < shown.size() && continues_code_point(shown[next])) ++next;
    shown.erase(0, next);
  }
  Line line{{{label, Look::strong}, {shown}}};
  const std::size_t column = std::min(width_of(line), size.columns - 1);
  frame.cursor = Cursor{last, column};
  frame.lines.push_back(cut_line(std::move(line), size.columns));
}

}  // namespace netmon::cli
