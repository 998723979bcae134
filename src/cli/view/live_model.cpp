#include "cli/view/live_model.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cli/view/row_order.h"

namespace netmon::cli {
namespace {

// A socket of a part with its key, for sorting and merging by key.
struct Keyed {
  SocketKey key = 0;
  std::uint32_t socket = 0;
};

std::vector<Keyed> by_key(const Part& part) {
  std::vector<Keyed> sorted;
  sorted.reserve(part.keys.size());
  for (std::uint32_t i = 0; i < part.keys.size(); ++i) sorted.push_back({part.keys[i], i});
  std::ranges::sort(sorted, {}, &Keyed::key);
  return sorted;
}

bool holds(const std::vector<Keyed>& sorted, SocketKey key) {
  return std::ranges::binary_search(sorted, key, {}, &Keyed::key);
}

// Copies the time at which each socket was first seen from `former` to `next`, where `former` had
// it. Returns the sockets of `former` that `next` does not have. `after` is by_key(next).
std::vector<std::uint32_t> merge(const Part& former, Part& next, const std::vector<Keyed>& after) {
  const std::vector<Keyed> before = by_key(former);
  std::vector<std::uint32_t> gone;
  auto found = after.begin();
  for (const Keyed& each : before) {
    while (found != after.end() && found->key < each.key) ++found;
    if (found == after.end() || found->key != each.key) {
      gone.push_back(each.socket);
    } else {
      next.first_seen[found->socket] = former.first_seen[each.socket];
    }
  }
  std::ranges::sort(gone);
  return gone;
}

}  // namespace

std::string_view to_string(Order order) {
  using namespace std::string_view_literals;
  constexpr std::array kWords{"what matters"sv, "newest"sv, "process"sv, "local port"sv,
                              "remote address"sv};
  return kWords.at(static_cast<std::size_t>(order));
}

const Part& LiveModel::part(const RowRef& row) const {
  if (row.part == kPresent) return round_.present;
  if (row.part == kMissing) return round_.missing;
  return gone_[row.part - kFirstGone].part;
}

void LiveModel::take(Round round, Time now) {
  if (paused_) {
    waiting_ = std::move(round);
    ++rounds_waiting_;
    return;
  }
  replace_round(std::move(round), now);
}

void LiveModel::replace_round(Round round, Time now) {
  const std::optional<SocketKey> kept = selected_key();
  const std::vector<Keyed> after = by_key(round.present);
  std::vector<std::uint32_t> left = merge(round_.present, round.present, after);
  for (Gone& each : gone_) {  // drops sockets that have come back
    std::vector<std::uint32_t> still;
    for (std::uint32_t i = 0; i < each.part.keys.size(); ++i) {
      if (!holds(after, each.part.keys[i])) still.push_back(i);
    }
    if (still.size() < each.part.keys.size()) each.part = excerpt_of(each.part, still);
  }
  gone_left_out_ = left.size() - std::min(left.size(), kMaxGone);
  left.resize(left.size() - gone_left_out_);
  if (!left.empty()) gone_.push_back({excerpt_of(round_.present, left), now});
  round_ = std::move(round);
  has_round_ = true;
  forget_gone(now);
  arrange(kept);
}

bool LiveModel::tick(Time now) {
  const auto next = next_tick();
  if (paused_ || !next || now < *next) return false;
  const std::optional<SocketKey> kept = selected_key();
  forget_gone(now);
  arrange(kept);
  return true;
}

std::optional<LiveModel::Time> LiveModel::next_tick() const {
  if (paused_ || gone_.empty()) return std::nullopt;
  return gone_.front().at + kGoneStays;
}

void LiveModel::forget_gone(Time now) {
  std::size_t rows = 0;
  for (const Gone& each : gone_) rows += each.part.keys.size();
  while (!gone_.empty()) {
    const std::size_t oldest = gone_.front().part.keys.size();
    const bool is_over = now - gone_.front().at >= kGoneStays;
    if (!is_over && rows <= kMaxGone && oldest > 0) break;
    if (!is_over) gone_left_out_ += oldest;
    rows -= oldest;
    gone_.pop_front();
  }
}

void LiveModel::list_rows() {
  all_.clear();
  const auto add = [this](std::uint32_t part, std::size_t sockets) {
    for (std::uint32_t i = 0; i < sockets; ++i) all_.push_back({part, i});
  };
  add(kPresent, round_.present.keys.size());
  add(kMissing, round_.missing.keys.size());
  for (std::uint32_t i = 0; i < gone_.size(); ++i) {
    add(kFirstGone + i, gone_[i].part.keys.size());
  }
}

bool LiveModel::passes(const RowRef& row) const {
  if (!filter_) return true;
  const Part& from = part(row);
  return filter_(from.snapshot, from.snapshot.sockets[row.socket], from.roles[row.socket]);
}

void LiveModel::filter_rows() {
  rows_.clear();
  for (const RowRef& row : all_) {
    if (passes(row)) rows_.push_back(row);
  }
  count();
  sort_rows(rows_, *this, order_);
}

void LiveModel::count() {
  counts_ = {};
  counts_.sockets = round_.present.keys.size();
  std::size_t unexpected_shown = 0;
  for (const RowRef& row : all_) {
    if (is_gone(row)) {
      ++counts_.gone;
      continue;
    }
    switch (mark(row)) {
      case Mark::unexpected:
        ++counts_.unexpected;
        break;
      case Mark::added:
        ++counts_.added;
        break;
      case Mark::changed:
        ++counts_.changed;
        break;
      case Mark::missing:
        ++counts_.missing;
        break;
      case Mark::known:
        break;
    }
  }
  for (const RowRef& row : rows_) {
    if (!is_gone(row) && mark(row) == Mark::unexpected) ++unexpected_shown;
  }
  counts_.unexpected_hidden = counts_.unexpected - unexpected_shown;
}

std::optional<SocketKey> LiveModel::selected_key() const {
  return rows_.empty() ? std::nullopt : std::optional(key(rows_[selected_]));
}

void LiveModel::arrange(const std::optional<SocketKey>& kept) {
  const std::size_t offset = selected_ - top_;
  list_rows();
  filter_rows();
  if (!stays_first_ && kept) {
    const auto found =
        std::ranges::find(rows_, *kept, [this](const RowRef& row) { return key(row); });
    if (found != rows_.end()) {
      selected_ = static_cast<std::size_t>(found - rows_.begin());
      top_ = selected_ - std::min(selected_, offset);
    }
  }
  clamp();
}

void LiveModel::set_filter(std::string text, Filter filter) {
  filter_text_ = std::move(text);
  const std::optional<SocketKey> kept = selected_key();
  filter_ = filter_text_.empty() ? Filter{} : std::move(filter);
  arrange(kept);
}

void LiveModel::set_order(Order order) {
  order_ = order;
  arrange(selected_key());
}

void LiveModel::next_order() {
  const auto next = (static_cast<int>(order_) + 1) % (static_cast<int>(Order::remote) + 1);
  set_order(static_cast<Order>(next));
}

void LiveModel::toggle_pause(Time now) {
  paused_ = !paused_;
  if (paused_) return;
  rounds_waiting_ = 0;
  if (!waiting_) return;
  Round newest = *std::move(waiting_);
  waiting_.reset();
  replace_round(std::move(newest), now);
}

void LiveModel::set_height(std::size_t rows) {
  height_ = std::max<std::size_t>(rows, 1);
  clamp();
}

void LiveModel::move(std::ptrdiff_t rows) {
  const auto last = static_cast<std::ptrdiff_t>(rows_.size()) - 1;
  if (last < 0) return;
  const auto wanted = static_cast<std::ptrdiff_t>(selected_) + rows;
  selected_ = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(wanted, 0, last));
  stays_first_ = false;
  clamp();
}

void LiveModel::select_first() {
  stays_first_ = true;
  clamp();
}

void LiveModel::select_last() {
  stays_first_ = false;
  selected_ = rows_.empty() ? 0 : rows_.size() - 1;
  clamp();
}

void LiveModel::clamp() {
  if (stays_first_ || rows_.empty()) selected_ = 0;
  selected_ = std::min(selected_, rows_.empty() ? 0 : rows_.size() - 1);
  const std::size_t last_top = rows_.size() - std::min(rows_.size(), height_);
  top_ = std::min({top_, last_top, selected_});
  if (selected_ >= top_ + height_) top_ = selected_ - height_ + 1;
}

std::optional<RowRef> LiveModel::find(SocketKey wanted) const {
  const auto found =
      std::ranges::find(all_, wanted, [this](const RowRef& row) { return key(row); });
  return found == all_.end() ? std::nullopt : std::optional(*found);
}

}  // namespace netmon::cli
