// What a socket is for (its role), and what makes two sockets in two snapshots the same thing.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/model.h"

namespace netmon {

enum class Role : std::uint8_t {
  listener,  // TCP in LISTEN; UDP bound to a port on purpose
  client,    // unconnected UDP on a port that the kernel chose
  inbound,   // a connection to a port that is listened on
  outbound,  // every other connection
  raw,       // raw, packet and ICMP sockets
};

std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

// The role of each socket of `snapshot`, by index; absent for a socket that neither listens nor
// has a peer (TCP in BOUND or CLOSE), which is shown but not compared.
//
// `other`, the second snapshot of a diff, lends what only it knows: a service that stops listening
// does not turn its sessions into outbound ones, and a UDP port that one side knows to be chosen on
// purpose is a listener's on the other side too.
std::vector<std::optional<Role>> roles_of(const Snapshot& snapshot,
                                          const Snapshot* other = nullptr);

}  // namespace netmon
