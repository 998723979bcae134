// What a socket is for (its role), where it meets the network (its place), and the one identity by
// which everything that netmon reports is told apart: place and program.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/values/ip_address.h"

namespace netmon {

enum class Role : std::uint8_t {
  listener,  // TCP in LISTEN; UDP bound to a port on purpose
  client,    // unconnected UDP on a port that the kernel chose
  inbound,   // a connection that a listener accepted
  outbound,  // every other connection
  raw,       // raw, packet and ICMP sockets
  forward,   // no socket: a rule that hands a port to another place
  network,   // no socket: the namespace itself, its addresses and filters
};

std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

// Inbound peers and clients come and go: what changes about them is a notice at most.
bool can_gate(Role role);

// The other end of a connection.
struct Peer {
  // Text: an address, with "%eth0" behind a link-local one; or the scope of another namespace of
  // this host, as "container:postgres".
  std::string address;
  std::optional<std::uint32_t> port;  // absent for inbound, and where the kernel chose it

  auto operator<=>(const Peer&) const = default;
};

// A process may call itself "", which must not make it the same as a process that is not known.
inline constexpr std::string_view kUnnamedProcess = "(unnamed)";
// The name of the program behind a socket that is the kernel's own.
inline constexpr std::string_view kKernelProgram = "(kernel)";

// What a report line speaks of. Pid, inode, ephemeral port, state and counts are no part of it.
struct Identity {
  Scope scope;
  Role role = Role::listener;
  Protocol protocol = Protocol::tcp;
  // Local: of listeners whose program chose it, of inbound peers and of forwards. Of raw sockets
  // the link protocol, and `device` the interface they are bound to; of vsock the port, which has
  // 32 bits, and "cid:2", the context id of the peer. Of the role network `device` alone says what
  // it is about: an interface, a setting, where a program is attached; "" is the filter.
  std::optional<std::uint32_t> port;
  std::string device;
  std::optional<Peer> remote;  // of inbound and outbound
  std::string program;         // the name; "" where it is not known

  auto operator<=>(const Identity&) const = default;
};

// The one text of an identity: what fingerprints, the history index, JSON and moves go by. Each
// part is text without NUL; "" stands for what the role does not have.
struct IdentityText {
  std::string scope;
  std::string role;
  std::string protocol;
  std::string port;
  std::string device;
  std::string remote_address;
  std::string remote_port;
  std::string program;

  auto operator<=>(const IdentityText&) const = default;
};
// The word of its protocol; "" for the role network, which has none.
std::string_view protocol_word(const Identity& identity);
IdentityText encode(const Identity& identity);

// The role of each socket of `snapshot`, by index; absent for one that is no place: TCP in BOUND or
// CLOSE, a pair of which one program holds both ends, a connection without a holder to a listener
// of this host.
std::vector<std::optional<Role>> roles_of(const Snapshot& snapshot);

// The identities of the sockets of `snapshot` that have a role; sorted, each once.
std::vector<Identity> identities_of(const Snapshot& snapshot);
// The same without most of those that differ from all of `alike` by more than a name: enough to
// tell whether one of `alike` is among them, and sooner known.
std::vector<Identity> identities_of(const Snapshot& snapshot, std::span<const Identity> alike);

}  // namespace netmon
