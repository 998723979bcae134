// The sockets of two snapshots, sorted by what makes them the same thing (DESIGN: identity), so
// that diff() is one merge.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netmon/diff.h"
#include "netmon/identity.h"
#include "netmon/model.h"

namespace netmon {

// An identity without its process name. Numbers are indexes into Interned, the same for both sides.
struct Place {
  std::uint32_t scope = 0;
  Role role = Role::listener;
  Protocol protocol = Protocol::tcp;
  std::uint16_t port = 0;           // of listeners and inbound; raw: the link protocol
  IpAddress remote;                 // normalised; of inbound and outbound
  std::uint32_t remote_device = 0;  // name of the interface of a link-local remote
  std::uint16_t remote_port = 0;    // of outbound

  auto operator<=>(const Place&) const = default;
};

constexpr std::uint32_t kNameless = 0;

// One socket under its identity. `name` is kNameless where the process is not known.
struct Member {
  Place place;
  std::uint32_t name = kNameless;
  std::uint32_t socket = 0;  // index into Snapshot::sockets

  auto operator<=>(const Member&) const = default;
};

// Every text that is part of an identity, as a number. texts[0] is "".
struct Interned {
  std::vector<std::string> texts;
  std::vector<Scope> scopes;
};

struct Grouped {
  Interned interned;
  std::vector<Member> before;  // sorted
  std::vector<Member> after;   // sorted
};

Grouped group(const Snapshot& before, const Snapshot& after);

// The sockets at one place of one side that share a process name.
struct Group {
  std::uint32_t name = kNameless;
  std::span<const Member> members;
};

// Splits the members of one place, sorted by name, into groups; the nameless one comes first.
std::vector<Group> groups_by_name(std::span<const Member> members);

// The nameless group of a list sorted by name; null where there is none.
const Group* nameless_of(const std::vector<Group>& groups);

// The named groups of `all` whose name `other` does not have, and those that both have. Lists are
// sorted by name.
std::vector<Group> without(const std::vector<Group>& all, const std::vector<Group>& other);
std::vector<std::pair<Group, Group>> pairs_by_name(const std::vector<Group>& before,
                                                   const std::vector<Group>& after);

// Whether a process may stand behind a nameless group: a socket without an owner by its nature
// hides none.
bool hides_a_process(const Snapshot& snapshot, const Group& nameless);

// The groups of a place that is on one side only, without the closed connections beside open ones:
// they are the same program's.
std::vector<Group> worth_reporting(const Snapshot& snapshot, std::vector<Group> groups);

}  // namespace netmon
