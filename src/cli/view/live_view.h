// Decides what keys do and what is on the screen: the model, and the page that is open over its
// rows. It reads no keys and draws nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/view/frame.h"
#include "cli/view/live_model.h"
#include "cli/view/table_page.h"
#include "netmon/core/model/history.h"

namespace netmon::cli {

enum class Key : std::uint8_t {
  none,
  up,
  down,
  page_up,
  page_down,
  home,
  end,
  enter,
  escape,
  backspace,
  clear_line,  // Ctrl-U
  character,
};

struct KeyPress {
  Key key = Key::none;
  std::string text;  // the character in UTF-8, for Key::character
};

// What a key requests from the caller, which writes files and has the thread for lookups.
enum class Request : std::uint8_t { none, quit, write_rule, look_up_history };

class LiveView {
 public:
  using Time = LiveModel::Time;

  // The longest text that can be typed.
  static constexpr std::size_t kMaxTyped = 512;

  [[nodiscard]] LiveModel& model() { return model_; }
  [[nodiscard]] const LiveModel& model() const { return model_; }

  // Takes the next round, as LiveModel::take() does.
  void take(Round round, Time now);

  Request press(const KeyPress& press, Time now);

  // The path to which Request::write_rule asks to write a rule, and the rule's text.
  [[nodiscard]] const std::string& rule_path() const { return typed_; }
  [[nodiscard]] const std::string& rule_text() const { return rule_text_; }
  // The caller reports the result by one of these: a message, or why it failed, after which another
  // path can be typed.
  void rule_written(const std::string& message);
  void rule_refused(const std::string& why);

  // The query that Request::look_up_history asks for.
  [[nodiscard]] const std::optional<HistoryQuery>& history_query() const { return history_query_; }
  // Sets what the database says about the socket whose details are open.
  void set_history(std::string text) { history_ = std::move(text); }

  Frame frame(const FrameSize& size);

 private:
  enum class Page : std::uint8_t { table, details, notes, help };
  enum class Typing : std::uint8_t { nothing, filter, rule };

  Request press_in_table(const KeyPress& press, Time now);
  Request press_character(const std::string& text, Time now);
  Request press_in_page(const KeyPress& press);
  Request press_while_typing(const KeyPress& press);
  Request submit();
  Request open_details();
  void open(Page page);
  void start_typing(Typing what, std::string text);
  void start_rule();
  void scroll(std::ptrdiff_t lines);
  [[nodiscard]] std::vector<Line> page_lines(std::size_t columns);
  [[nodiscard]] std::string page_title() const;
  void add_table(Frame& frame, const FrameSize& size);
  void add_page(Frame& frame, const FrameSize& size);
  [[nodiscard]] Line footer(std::size_t columns) const;
  [[nodiscard]] Line position_text() const;
  void add_footer(Frame& frame, const FrameSize& size) const;

  LiveModel model_;
  TablePage table_;
  Page page_ = Page::table;
  Typing typing_ = Typing::nothing;
  std::string typed_;
  std::string rule_text_;
  Span message_;  // shown until the next key; "" for none
  std::size_t page_top_ = 0;
  std::size_t page_height_ = 1;
  std::size_t page_length_ = 0;
  SocketKey details_of_ = 0;
  std::vector<Line> last_details_;  // shown where the socket has no row any more
  std::optional<HistoryQuery> history_query_;
  std::string history_;
};

// The text of a rule that would approve what the row shows, commented out. Throws Error where
// nothing about the row needs an approval.
std::string rule_for(const LiveModel& model, const RowRef& row);

// A file name for that rule: "rule-tcp-31337.toml".
std::string rule_name_for(const LiveModel& model, const RowRef& row);

}  // namespace netmon::cli
