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
  inbound,   // a connection that a listener of its port can have accepted
  outbound,  // every other connection
  raw,       // raw, packet and ICMP sockets
};

std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

// The role of each socket of `snapshot`, by index; absent for a socket that neither listens nor
// has a peer (TCP in BOUND or CLOSE), which is shown but not compared.
//
// The kernel accepts nothing over UDP: a connected UDP socket is inbound where a listener that fits
// is of the same program.
//
// `other`, the second snapshot of a diff, lends what only it knows: a service that stops listening
// does not turn its sessions into outbound ones, and a UDP port that one side knows to be chosen on
// purpose is a listener's on the other side too.
std::vector<std::optional<Role>> roles_of(const Snapshot& snapshot,
                                          const Snapshot* other = nullptr);

// A process may call itself "", which must not make it the same as a process that is not known.
constexpr std::string_view kUnnamedProcess = "(unnamed)";

// What an identity keeps of a socket, by its role; all else is 0.
struct IdentityParts {
  std::uint16_t port = 0;           // of listeners and inbound; raw: the link protocol
  IpAddress remote;                 // normalised; of inbound and outbound
  std::uint16_t remote_port = 0;    // of outbound
  std::uint32_t remote_device = 0;  // index of the interface, of a link-local remote

  auto operator<=>(const IdentityParts&) const = default;
};
IdentityParts identity_parts(const Socket& socket, Role role);

// The identity of sockets, self-contained.
struct Identity {
  Scope scope;
  Role role = Role::listener;
  Protocol protocol = Protocol::tcp;
  std::uint16_t port = 0;
  IpAddress remote;
  std::string remote_device;  // name of the interface of a link-local remote, or ""
  std::uint16_t remote_port = 0;
  std::string process;  // "" where it is not known, kUnnamedProcess where it calls itself ""

  auto operator<=>(const Identity&) const = default;
};

// Those of the sockets of `snapshot` that have a role; sorted, each once.
std::vector<Identity> identities_of(const Snapshot& snapshot);

}  // namespace netmon
