#include "netmon/picture.h"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "core/change_builder.h"
#include "core/coverage.h"
#include "core/groups.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxAddresses = 8;

// Where a change is, without its process.
using Spot = std::tuple<Scope, Role, Protocol, std::optional<std::uint16_t>, std::string,
                        std::optional<std::uint16_t>>;

Spot spot_of(const PictureItem& item) {
  return {item.scope, item.role, item.protocol, item.port, item.peer.value_or(""), item.peer_port};
}

Spot spot_of(const Change& change) {
  return {change.scope,
          change.role,
          change.protocol,
          change.port,
          change.remote ? change.remote->address : "",
          change.remote ? change.remote->port : std::nullopt};
}

// The changes that happened, by where they are; at one spot in the review's order.
std::multimap<Spot, const ReviewedChange*> index_of(const Review& review) {
  std::multimap<Spot, const ReviewedChange*> index;
  for (const ReviewedChange& reviewed : review.changes) {
    if (reviewed.status == Status::expected_missing) continue;
    index.emplace(spot_of(reviewed.change), &reviewed);
  }
  return index;
}

bool is_removal(ChangeKind kind) {
  return kind == ChangeKind::listener_removed || kind == ChangeKind::outbound_removed ||
         kind == ChangeKind::inbound_removed || kind == ChangeKind::raw_removed;
}

class Painter {
 public:
  Painter(const Snapshot& before, const Snapshot& after, const Review& review)
      : before_(before),
        after_(after),
        grouped_(group(before, after)),
        changes_(index_of(review)) {}

  std::vector<PictureItem> paint();

 private:
  void paint_place(std::span<const Member> before, std::span<const Member> after);
  [[nodiscard]] Mark mark_of(std::span<const Member> before, std::span<const Member> after,
                             const Group* in_before, const Group* in_after) const;
  [[nodiscard]] PictureItem item_of(const Snapshot& snapshot, const Group& group) const;
  [[nodiscard]] const ReviewedChange* change_of(const PictureItem& item, Mark mark) const;

  const Snapshot& before_;
  const Snapshot& after_;
  Grouped grouped_;
  std::multimap<Spot, const ReviewedChange*> changes_;
  std::vector<PictureItem> items_;
};

PictureItem Painter::item_of(const Snapshot& snapshot, const Group& group) const {
  const Change facts =
      start_change(ChangeKind::listener_added, {snapshot, group.members}, grouped_.interned);
  PictureItem item{.scope = facts.scope,
                   .role = facts.role,
                   .protocol = facts.protocol,
                   .port = facts.port,
                   .process = grouped_.interned.texts[group.name],
                   .addresses = facts.addresses};
  if (facts.remote) {
    item.peer = facts.remote->address;
    item.peer_port = facts.remote->port;
  }
  if (item.addresses.size() > kMaxAddresses) item.addresses.resize(kMaxAddresses);
  return item;
}

// The change that speaks of the item: of the same program, or of one whose name is not known.
const ReviewedChange* Painter::change_of(const PictureItem& item, Mark mark) const {
  const auto [first, last] = changes_.equal_range(spot_of(item));
  for (auto entry = first; entry != last; ++entry) {
    const Change& change = entry->second->change;
    if (is_removal(change.kind) != (mark == Mark::removed)) continue;
    if (!change.process || item.process.empty() || change.process->name == item.process) {
      return entry->second;
    }
  }
  return nullptr;
}

// A missing name matches any: beside one, a program that only the other side names is no news.
Mark Painter::mark_of(std::span<const Member> before, std::span<const Member> after,
                      const Group* in_before, const Group* in_after) const {
  if (in_before != nullptr && in_after != nullptr) return Mark::unchanged;
  const Member& any = before.empty() ? after.front() : before.front();
  const bool is_new = in_after != nullptr;
  const std::span<const Member> other = is_new ? before : after;
  if (other.empty()) {
    const Scope& scope = grouped_.interned.scopes[any.place.scope];
    const bool blind = is_blind_to(is_new ? before_ : after_, scope, any.place.protocol);
    if (blind) return Mark::unknown;
  } else if (other.front().name == kNameless) {
    return Mark::unchanged;
  }
  return is_new ? Mark::added : Mark::removed;
}

void Painter::paint_place(std::span<const Member> before, std::span<const Member> after) {
  if ((before.empty() ? after : before).front().place.role == Role::client) return;
  const auto groups_before = worth_reporting(before_, groups_by_name(before));
  const auto groups_after = worth_reporting(after_, groups_by_name(after));
  std::map<std::uint32_t, std::pair<const Group*, const Group*>> by_name;
  for (const Group& group : groups_before) by_name[group.name].first = &group;
  for (const Group& group : groups_after) by_name[group.name].second = &group;
  for (const auto& [name, sides] : by_name) {
    const auto [in_before, in_after] = sides;
    if (name == kNameless && by_name.size() > 1) continue;  // a named one stands for it
    PictureItem item =
        in_after != nullptr ? item_of(after_, *in_after) : item_of(before_, *in_before);
    item.mark = mark_of(before, after, in_before, in_after);
    if (const ReviewedChange* found = change_of(item, item.mark)) {
      item.status = found->status;
      if (item.mark == Mark::unchanged) item.mark = Mark::changed;
    }
    items_.push_back(std::move(item));
  }
}

// The members at the front of `rest` that are at `place`, taken off it.
std::span<const Member> take_place(std::span<const Member>& rest, const Place& place) {
  const auto end =
      std::ranges::find_if(rest, [&](const Member& member) { return member.place != place; });
  const auto taken = rest.first(static_cast<std::size_t>(end - rest.begin()));
  rest = rest.subspan(taken.size());
  return taken;
}

std::vector<PictureItem> Painter::paint() {
  std::span<const Member> before = grouped_.before;
  std::span<const Member> after = grouped_.after;
  while (!before.empty() || !after.empty()) {
    const bool from_before =
        after.empty() || (!before.empty() && before.front().place < after.front().place);
    const Place place = from_before ? before.front().place : after.front().place;
    const auto at_before = take_place(before, place);
    const auto at_after = take_place(after, place);
    paint_place(at_before, at_after);
  }
  return std::move(items_);
}

auto order_of(const PictureItem& item) {
  return std::tie(item.scope, item.role, item.protocol, item.port, item.process, item.peer_port,
                  item.peer, item.mark, item.status);
}

bool is_peer(const PictureItem& item) {
  return item.role == Role::inbound || item.role == Role::outbound;
}

// Draws together, without their address, the peers that `may_join`.
template <typename Predicate>
std::vector<PictureItem> join_peers(std::vector<PictureItem> items, Predicate may_join) {
  for (PictureItem& item : items) {
    if (is_peer(item) && may_join(item)) item.peer.reset();
  }
  const auto before = [](const PictureItem& a, const PictureItem& b) {
    return order_of(a) < order_of(b);
  };
  std::ranges::sort(items, before);
  std::vector<PictureItem> joined;
  for (PictureItem& item : items) {
    const bool same =
        is_peer(item) && !item.peer && !joined.empty() && order_of(joined.back()) == order_of(item);
    if (same) {
      joined.back().count += item.count;
    } else {
      joined.push_back(std::move(item));
    }
  }
  return joined;
}

Picture bounded(std::vector<PictureItem> items) {
  const auto none = [](const PictureItem&) { return false; };
  const auto all = [](const PictureItem&) { return true; };
  items = join_peers(std::move(items), none);
  if (items.size() > kMaxPictureItems) {
    items = join_peers(std::move(items),
                       [](const PictureItem& item) { return item.mark == Mark::unchanged; });
  }
  if (items.size() > kMaxPictureItems) items = join_peers(std::move(items), all);
  Picture picture;
  if (items.size() > kMaxPictureItems) {
    std::stable_partition(items.begin(), items.end(),
                          [](const PictureItem& item) { return item.mark != Mark::unchanged; });
    const std::span<const PictureItem> rest = std::span(items).subspan(kMaxPictureItems);
    for (const PictureItem& item : rest) picture.left_out += item.count;
    items.resize(kMaxPictureItems);
    items = join_peers(std::move(items), none);
  }
  picture.items = std::move(items);
  return picture;
}

}  // namespace

Picture picture_of(const Snapshot& before, const Snapshot& after, const Review& review) {
  return bounded(Painter(before, after, review).paint());
}

}  // namespace netmon
