#include <algorithm>
#include <utility>

#include "core/diff/differ.h"
#include "core/places/exposure.h"

namespace netmon {
namespace {

// Whether every program of a new listener held the listener that is gone.
bool is_moved(const Places& places, const PlaceSide& was, const std::vector<NameGroup>& old_groups,
              const PlaceSide& now, const std::vector<NameGroup>& groups) {
  if (was.place().space != now.place().space || was.place().protocol != now.place().protocol) {
    return false;
  }
  if (groups.empty() || now.holders.any_hidden() || was.holders.any_hidden()) return false;
  return std::ranges::all_of(groups, [&](const NameGroup& a) {
    const auto b = std::ranges::find(old_groups, a.name, &NameGroup::name);
    return b != old_groups.end() && is_same_under_another_name(places, *b, a);
  });
}

}  // namespace

// A listener that is gone and a new one of the same program are one listener that moved. What
// differs between them apart from the port is reported as at a place that stayed.
void Differ::settle_listeners() {
  struct Removed {
    PlaceSide was;
    std::vector<NameGroup> groups;
    bool moved = false;
  };
  std::vector<Removed> removed;
  for (const Members& members : listeners_removed_) {
    PlaceSide was = place_side(places_.before, members);
    auto groups = groups_by_name(places_, was.side, was.holders);
    removed.push_back({std::move(was), std::move(groups)});
  }
  for (const Members& members : listeners_added_) {
    const PlaceSide now = place_side(places_.after, members);
    if (may_have_been_there(now)) {
      add_doubt(GapCode::port_choice_not_known, Side::after, subject(now));
      list_unchanged(now, true);
      ++undecided_;
      continue;
    }
    const auto groups = groups_by_name(places_, now.side, now.holders);
    const auto partner = std::ranges::find_if(removed, [&](const Removed& candidate) {
      return !candidate.moved && is_moved(places_, candidate.was, candidate.groups, now, groups);
    });
    if (partner == removed.end()) {
      add_added(now);
      continue;
    }
    partner->moved = true;
    add_moved(partner->was, now);
  }
  for (const Removed& listener : removed) {
    if (!listener.moved) add_all_removed(listener.was);
  }
}

// Whether the program already listened on a port whose choice is unknown, like the one that it
// listens on now.
bool Differ::may_have_been_there(const PlaceSide& now) const {
  const auto open = [](const Member& member) { return member.port_undecided; };
  if (!std::ranges::all_of(now.members, open)) return false;
  const SnapshotSide& old = places_.before;
  return std::ranges::any_of(old.members, [&](const Member& member) {
    const Socket& socket = old.snapshot.sockets[member.socket];
    if (member.place.role != Role::listener || member.place.space != now.place().space ||
        member.place.protocol != now.place().protocol ||
        !is_port_choice_unknown(old.snapshot, socket)) {
      return false;
    }
    return std::ranges::any_of(old.snapshot.owners_of(socket), [&](const Owner& owner) {
      return places_.programs.at(old.programs[owner.process]).name == now.place().name;
    });
  });
}

void Differ::add_moved(const PlaceSide& was, const PlaceSide& now) {
  const auto port = [](const PlaceSide& of) {
    return std::to_string(of.socket(of.members.front()).local.port);
  };
  const auto bindings = bindings_of(places_, now.side, now.members);
  const auto old_bindings = bindings_of(places_, was.side, was.members);
  Change& change = add(ChangeKind::moved, severity_of_exposure(bindings), subject(now),
                       was.members.size(), now.members.size());
  change.attributes.push_back(attribute(Attribute::port, {port(was)}, {port(now)}));
  if (old_bindings != bindings) {
    change.attributes.push_back(
        attribute(Attribute::bind, to_texts(old_bindings), to_texts(bindings)));
  }
  compare_both(was, now);
}

}  // namespace netmon
