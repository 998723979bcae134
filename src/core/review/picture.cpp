#include "netmon/core/review/picture.h"

#include <algorithm>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxAddresses = 8;

// Clients are not drawn, nor changes of a namespace itself.
bool is_drawn(ChangeKind kind) {
  const std::optional<Role> role = only_role_of(kind);
  return role != Role::client && role != Role::network && kind != ChangeKind::scope_changed;
}

// The mark for a change's subject; absent where nothing happened or it is not drawn.
std::optional<Mark> mark_of(const ReviewedChange& reviewed) {
  if (reviewed.status == Status::expected_missing || !is_drawn(reviewed.change.kind)) {
    return std::nullopt;
  }
  switch (effect_of(reviewed.change.kind)) {
    case Effect::added:
      return Mark::added;
    case Effect::removed:
      return Mark::removed;
    case Effect::changed:
      return Mark::changed;
  }
  no_such_enumerator();
}

PictureItem item_of(const Identity& identity, const std::vector<std::string>& addresses) {
  PictureItem item{.scope = identity.scope,
                   .role = identity.role,
                   .protocol = identity.protocol,
                   .port = identity.port,
                   .process = identity.program,
                   .addresses = addresses};
  if (identity.remote) {
    item.peer = identity.remote->address;
    item.peer_port = identity.remote->port;
  }
  if (item.addresses.size() > kMaxAddresses) item.addresses.resize(kMaxAddresses);
  return item;
}

// The target of a forward, shown in place of a program.
std::string target_text(const Change& change) {
  for (const AttributeChange& attribute : change.attributes) {
    if (attribute.attribute != Attribute::target) continue;
    return "→ " + join_some(attribute.after.empty() ? attribute.before : attribute.after);
  }
  return {};
}

// Several changes of one thing become one item with the status of the first, the most urgent.
std::vector<PictureItem> items_of(const Review& review) {
  std::vector<PictureItem> items;
  std::set<std::pair<Identity, Mark>> seen;
  for (const ReviewedChange& reviewed : review.changes) {
    const std::optional<Mark> mark = mark_of(reviewed);
    if (!mark) continue;
    const Change& change = reviewed.change;
    if (!seen.emplace(change.identity, *mark).second) continue;
    PictureItem item = item_of(change.identity, change.addresses);
    if (item.role == Role::listener) item.port = change.port;
    if (item.role == Role::forward) item.process = target_text(change);
    item.mark = *mark;
    item.status = reviewed.status;
    items.push_back(std::move(item));
  }
  for (const UnchangedPlace& place : review.unchanged) {
    PictureItem item = item_of(place.identity, place.addresses);
    item.mark = place.undecided ? Mark::unknown : Mark::unchanged;
    items.push_back(std::move(item));
  }
  return items;
}

auto order_of(const PictureItem& item) {
  return std::tie(item.scope, item.role, item.protocol, item.port, item.process, item.peer_port,
                  item.peer, item.mark, item.status);
}

bool is_peer(const PictureItem& item) {
  return item.role == Role::inbound || item.role == Role::outbound;
}

// Merges the peers for which `may_join` is true, without their addresses.
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

Picture picture_of(const Review& review) { return bounded(items_of(review)); }

}  // namespace netmon
