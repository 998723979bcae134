// Where the sockets of two snapshots meet the network, sorted by place, so that the comparison is
// one walk.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "core/places/interner.h"
#include "core/places/place_filter.h"
#include "core/places/programs.h"
#include "core/places/roles.h"
#include "core/places/spaces.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"

namespace netmon {

// No process is part of it, but for a listener whose port the kernel chose.
struct Place {
  std::uint32_t space = 0;
  Role role = Role::listener;
  Protocol protocol = Protocol::tcp;
  std::uint32_t port = 0;         // of listeners and inbound; raw: the link protocol
  std::uint16_t remote_port = 0;  // of outbound; 0 where the kernel chose it
  IpAddress remote;               // normalised; of inbound and outbound
  // Interner's number of: the program, of a listener whose port the kernel chose; the interface, of
  // a raw socket or a link-local remote; the scope of another namespace here, instead of `remote`.
  std::uint32_t name = 0;

  [[nodiscard]] bool is_remote_scope() const {
    return (role == Role::inbound || role == Role::outbound) && remote.family == Family::none;
  }
  auto operator<=>(const Place&) const = default;
};

// One socket at its place. There is one for each socket of both sides: bits save memory.
struct Member {
  static constexpr std::uint32_t kMaxSocket = (1U << 30U) - 1;

  Place place;
  std::uint32_t socket : 30 = 0;  // index into Snapshot::sockets: so many find no memory
  // These two say what is not certain about its being there; they are no part of the order.
  bool role_undecided : 1 = false;
  bool port_undecided : 1 = false;

  friend std::strong_ordering operator<=>(const Member& a, const Member& b) {
    if (const auto order = a.place <=> b.place; order != 0) return order;
    return std::uint32_t{a.socket} <=> std::uint32_t{b.socket};
  }
  friend bool operator==(const Member& a, const Member& b) = default;
};

// One snapshot, and what its parts are called in the comparison.
struct SnapshotSide {
  const Snapshot& snapshot;
  std::vector<std::uint32_t> programs;  // by process
  std::vector<std::uint32_t> spaces;    // by namespace
  std::vector<std::uint32_t> also;      // by namespace: a second space, or kNoSpace
  std::vector<Member> members;          // sorted
};

// Both snapshots by place.
struct Places {
  Interner texts;
  Programs programs{texts};
  std::vector<Scope> scopes;  // by space
  std::vector<bool> single;   // by space, see Spaces
  std::vector<std::uint32_t> renamed;
  // Names of interfaces by space and index: one that was deleted is called what it was.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> devices;
  SnapshotSide before;
  SnapshotSide after;
  bool one_boot = false;

  // Without a filter all places are there.
  Places(const Snapshot& before, const Snapshot& after, const PlaceFilter* filter = nullptr);
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  // "" for none, "if7" where it has no name.
  [[nodiscard]] std::string device_of(const SnapshotSide& side, const Socket& socket) const;
  // The identity of what is at the place, with the program of this name.
  [[nodiscard]] Identity identity_of(const Place& place, std::uint32_t program_name) const;
};

// Calls `visit` with the members of both sides at each place, in order; one of the two can be
// empty.
template <typename Visit>
void for_each_place(const Places& places, Visit visit) {
  std::span<const Member> before = places.before.members;
  std::span<const Member> after = places.after.members;
  const auto take = [](std::span<const Member>& rest, const Place& place) {
    std::size_t count = 0;
    while (count < rest.size() && rest[count].place == place) ++count;
    const auto taken = rest.first(count);
    rest = rest.subspan(count);
    return taken;
  };
  while (!before.empty() || !after.empty()) {
    const bool from_before =
        after.empty() || (!before.empty() && before.front().place < after.front().place);
    const Place place = from_before ? before.front().place : after.front().place;
    const auto at_before = take(before, place);
    visit(at_before, take(after, place));
  }
}

}  // namespace netmon
