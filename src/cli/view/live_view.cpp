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

// A key of less(1) or vi(1), and the movement that it stands for.
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

bool is_control(std::string_view character) {
  return static_cast<unsigned char>(character.front()) < 0x20U;
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
      typed_ = without_last_character(typed_);
      break;
    case Key::clear_line:
      typed_.clear();
      break;
    case Key::character:
      if (typed_.size() + press.text.size() <= kMaxTyped && !is_control(press.text)) {
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

}  // namespace netmon::cli
