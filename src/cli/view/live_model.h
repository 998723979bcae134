// The live view as a value: all rows, which of them are shown, in which order, and which one is
// selected. It reads no clock and draws nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/view/round.h"
#include "netmon/core/model/filter.h"

namespace netmon::cli {

// The orders of the rows, as the view cycles through them.
enum class Order : std::uint8_t { matters, newest, process, local, remote };
std::string_view to_string(Order order);

// The socket of a row: in the round, among those that only its review names, or among those that
// have gone.
struct RowRef {
  std::uint32_t part = 0;  // index into LiveModel::part()
  std::uint32_t socket = 0;

  bool operator==(const RowRef&) const = default;
};

// The number of rows of each kind, whatever the filter.
struct RowCounts {
  std::size_t sockets = 0;  // sockets of the round
  std::size_t unexpected = 0;
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t missing = 0;
  std::size_t gone = 0;               // sockets that went less than kGoneStays ago
  std::size_t unexpected_hidden = 0;  // unexpected rows that the filter hides
};

class LiveModel {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // How long a socket that has gone keeps its row.
  static constexpr std::chrono::seconds kGoneStays{10};
  // Upper bound for such rows. The oldest are dropped first, and are counted.
  static constexpr std::size_t kMaxGone = 20'000;

  // Takes the next round, at the time `now`. While the view is paused, the newest one waits.
  void take(Round round, Time now);
  // Drops the rows of sockets that went more than kGoneStays ago. Returns whether there were any.
  bool tick(Time now);
  // The time at which tick() has something to do; absent where it has not.
  [[nodiscard]] std::optional<Time> next_tick() const;

  // `text` is what `filter` was parsed from.
  void set_filter(std::string text, Filter filter);
  [[nodiscard]] const std::string& filter_text() const { return filter_text_; }

  void set_order(Order order);
  void next_order();
  [[nodiscard]] Order order() const { return order_; }

  // Freezes what is shown, or continues with the newest round.
  void toggle_pause(Time now);
  [[nodiscard]] bool paused() const { return paused_; }
  // The number of rounds taken since the pause began, of which only the newest is kept.
  [[nodiscard]] std::size_t rounds_waiting() const { return rounds_waiting_; }

  // Sets how many rows fit on the screen. The selected row stays among them.
  void set_height(std::size_t rows);
  [[nodiscard]] std::size_t height() const { return height_; }
  // Moves the selection by that many rows, as far as there are rows.
  void move(std::ptrdiff_t rows);
  // Selects the first row, and keeps the first row selected when rows change.
  void select_first();
  void select_last();

  // The rows that pass the filter, in order.
  [[nodiscard]] const std::vector<RowRef>& rows() const { return rows_; }
  [[nodiscard]] std::size_t selected() const { return selected_; }  // meaningless without rows
  [[nodiscard]] std::size_t top() const { return top_; }            // the first row on the screen

  [[nodiscard]] const Round& round() const { return round_; }
  [[nodiscard]] bool has_round() const { return has_round_; }
  [[nodiscard]] const Part& part(const RowRef& row) const;
  [[nodiscard]] bool is_gone(const RowRef& row) const { return row.part >= kFirstGone; }
  [[nodiscard]] const Socket& socket(const RowRef& row) const {
    return part(row).snapshot.sockets[row.socket];
  }
  [[nodiscard]] Mark mark(const RowRef& row) const { return part(row).marks[row.socket]; }
  // The row of the socket with this key; absent where it has no row any more.
  [[nodiscard]] std::optional<RowRef> find(SocketKey key) const;
  [[nodiscard]] const RowCounts& counts() const { return counts_; }
  [[nodiscard]] std::size_t rows_before_filter() const { return all_.size(); }
  [[nodiscard]] std::size_t gone_left_out() const { return gone_left_out_; }

 private:
  static constexpr std::uint32_t kPresent = 0;
  static constexpr std::uint32_t kMissing = 1;
  static constexpr std::uint32_t kFirstGone = 2;

  // The sockets that went between one round and the next.
  struct Gone {
    Part part;
    Time at;
  };

  void replace_round(Round round, Time now);
  void forget_gone(Time now);
  void list_rows();
  void filter_rows();
  [[nodiscard]] std::optional<SocketKey> selected_key() const;
  // Lists, filters and sorts all rows again, and keeps the selection on the socket `kept`.
  void arrange(const std::optional<SocketKey>& kept);
  void count();
  void clamp();
  [[nodiscard]] bool passes(const RowRef& row) const;
  [[nodiscard]] SocketKey key(const RowRef& row) const { return part(row).keys[row.socket]; }

  Round round_;
  bool has_round_ = false;
  std::deque<Gone> gone_;    // oldest first
  std::vector<RowRef> all_;  // before the filter
  std::vector<RowRef> rows_;
  std::string filter_text_;
  Filter filter_;
  Order order_ = Order::matters;
  bool paused_ = false;
  std::optional<Round> waiting_;
  std::size_t rounds_waiting_ = 0;
  std::size_t height_ = 1;
  std::size_t selected_ = 0;
  std::size_t top_ = 0;
  bool stays_first_ = true;
  std::size_t gone_left_out_ = 0;
  RowCounts counts_;
};

}  // namespace netmon::cli
