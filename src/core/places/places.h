// Where the sockets of two snapshots meet the network, sorted by place, so the comparison is a
// single pass.
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

// No process is part of a place, except the program of a listener whose port the kernel chose.
struct Place {
  std::uint32_t space = 0;
  Role role = Role::listener;
  Protocol protocol = Protocol::tcp;
  std::uint32_t port = 0;         // of listeners and inbound peers; raw: the link protocol
  std::uint16_t remote_port = 0;  // of outbound peers; 0 where the kernel chose it
  IpAddress remote;               // normalised; of inbound and outbound peers
  // Interner's number of a name: the program of a listener whose port the kernel chose; the
  // interface of a raw socket or of a link-local remote; or the scope of another namespace of this
  // host, which replaces `remote`.
  std::uint32_t name = 0;

  [[nodiscard]] bool is_remote_scope() const {
    return (role == Role::inbound || role == Role::outbound) && remote.family == Family::none;
  }
  auto operator<=>(const Place&) const = default;
};

// One socket at its place. Both sides have one for each socket, so bit-fields save memory.
struct Member {
  static constexpr std::uint32_t kMaxSocket = (1U << 30U) - 1;

  Place place;
  std::uint32_t socket : 30 = 0;  // index into Snapshot::sockets; memory ends before 30 bits do
  // These two say what is uncertain about its being there; they do not affect the order.
  bool role_undecided : 1 = false;
  bool port_undecided : 1 = false;

  friend std::strong_ordering operator<=>(const Member& a, const Member& b) {
    if (const auto order = a.place <=> b.place; order != 0) return order;
    return std::uint32_t{a.socket} <=> std::uint32_t{b.socket};
  }
  friend bool operator==(const Member& a, const Member& b) = default;
};

// One snapshot, with its processes and namespaces in the numbers of the comparison.
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
  // Names of interfaces by space and index: an interface that was deleted keeps its last known
  // name.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> devices;
  SnapshotSide before;
  SnapshotSide after;
  bool one_boot = false;

  // Without a filter, all places are included.
  Places(const Snapshot& before, const Snapshot& after, const PlaceFilter* filter = nullptr);
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  // The name of the interface that the socket is bound to: "" for none, its name in the other
  // snapshot of the same boot where it has none here, else "if7".
  [[nodiscard]] std::string device_of(const SnapshotSide& side, const Socket& socket) const;
  // The identity of a program with this name at the place.
  [[nodiscard]] Identity identity_of(const Place& place, std::uint32_t program_name) const;
};

// Calls `visit` for each place in order, with the members of both sides there; one of the two can
// be empty.
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
