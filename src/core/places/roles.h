// What each socket of two snapshots is for.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/places/programs.h"
#include "core/places/spaces.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"

namespace netmon {

struct SocketRole {
  std::optional<Role> role;  // absent for what is no place
  // Inbound or outbound: who holds it, or the listener of its port, could not be seen.
  bool undecided : 1 = false;
  // The remote end is a socket of this host whose port the kernel chose, or may have chosen.
  bool remote_port_by_kernel : 1 = false;
  bool remote_choice_unknown : 1 = false;
};

// By socket, and what few of them have.
struct SideRoles {
  std::vector<SocketRole> roles;
  std::unordered_map<std::uint32_t, std::uint32_t>
      remote_netns;  // another one of this host, by index
};

// One side of a comparison.
struct RoleView {
  const Snapshot& snapshot;
  const std::vector<std::uint32_t>& spaces;    // by namespace
  const std::vector<std::uint32_t>& programs;  // by process; numbers of Programs
};

struct Roles {
  SideRoles before;
  SideRoles after;
};

// Each side tells the other what only it knows: a service that stops listening does not turn its
// sessions into outbound ones, a UDP port that one side knows to be chosen on purpose is a
// listener's on the other side too, and a connection that was inbound before stays so.
Roles decide_roles(const RoleView& before, const RoleView& after, const Programs& programs);

// The roles of one snapshot by itself.
SideRoles decide_roles(const RoleView& view, const Programs& programs);

// Whether the holder of the socket could not be seen; one by nature, or the kernel, hides nobody.
bool is_holder_hidden(const Socket& socket);

// Whether the local port may have been chosen by the kernel, and nothing says that it was not.
bool is_port_choice_unknown(const Snapshot& snapshot, const Socket& socket);

}  // namespace netmon
