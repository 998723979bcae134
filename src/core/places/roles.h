// What each socket of two snapshots is used for.
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
  std::optional<Role> role;  // absent for a socket that is no place
  // Inbound or outbound, but the holder of the socket or of the listener on its port could not be
  // seen.
  bool undecided : 1 = false;
  // The remote end is a socket of this host whose port the kernel chose, or may have chosen.
  bool remote_port_by_kernel : 1 = false;
  bool remote_choice_unknown : 1 = false;
};

// The role of each socket by index, and details that only a few of them have.
struct SideRoles {
  std::vector<SocketRole> roles;
  // The space of the namespace that the remote end is in, where that is another one of this host.
  std::unordered_map<std::uint32_t, std::uint32_t> remote_spaces;
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

// The two sides complete each other: a service that stops listening does not turn its sessions into
// outbound ones, a UDP port that one side knows to be chosen on purpose belongs to a listener on
// the other side too, a connection that was inbound before stays inbound, and one to another
// namespace stays one to that namespace.
Roles decide_roles(const RoleView& before, const RoleView& after, const Programs& programs);

// The roles of one snapshot alone.
SideRoles decide_roles(const RoleView& view, const Programs& programs);

// Whether the holder of the socket could not be seen. A socket without a holder by nature, or of
// the kernel, hides nobody.
bool is_holder_hidden(const Socket& socket);

// Whether the kernel may have chosen the local port, and nothing says that it did not.
bool is_port_choice_unknown(const Snapshot& snapshot, const Socket& socket);

}  // namespace netmon
