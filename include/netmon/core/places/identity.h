// What a socket is for (its role), where it meets the network (its place), and the identity by
// which netmon tells apart everything that it reports: place and program.
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

// Inbound peers and clients come and go, so a change of theirs is a notice at most.
bool can_gate(Role role);

// The other end of a connection.
struct Peer {
  // An address, with "%eth0" after a link-local one; or the scope of another namespace of this
  // host, such as "container:postgres".
  std::string address;
  std::optional<std::uint32_t> port;  // absent for inbound, and where the kernel chose it

  auto operator<=>(const Peer&) const = default;
};

// A process may name itself "", which must differ from a process that is not known.
inline constexpr std::string_view kUnnamedProcess = "(unnamed)";
// The name of the program behind one of the kernel's own sockets.
inline constexpr std::string_view kKernelProgram = "(kernel)";

// The subject of a report line. Pid, inode, ephemeral port, state and counts are no part of it.
struct Identity {
  Scope scope;
  Role role = Role::listener;
  Protocol protocol = Protocol::tcp;
  // The local port of inbound peers, forwards, and listeners whose program chose it. raw: the link
  // protocol, with `device` the interface that the socket is bound to. vsock: the port, which has
  // 32 bits, with `device` the context id of the peer ("cid:2"). In the role network only `device`
  // says what it is about: an interface, a setting, or where a program is attached; "" is the
  // filter.
  std::optional<std::uint32_t> port;
  std::string device;
  std::optional<Peer> remote;  // only of inbound and outbound
  std::string program;         // the name; "" where it is not known

  auto operator<=>(const Identity&) const = default;
};

// The only text form of an identity: fingerprints, the history index, JSON and moves all use it.
// Each part is text without NUL, and "" where the role has no such part.
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
// The word of the identity's protocol; "" for the role network, which has none.
std::string_view protocol_word(const Identity& identity);
IdentityText encode(const Identity& identity);

// The role of each socket of `snapshot`, by index. Absent for a socket that is no place: TCP in
// BOUND or CLOSE, a connection whose two ends one program holds, and a connection without a holder
// to a listener of this host.
std::vector<std::optional<Role>> roles_of(const Snapshot& snapshot);

// The identities of the sockets of `snapshot` that have a role; sorted, each once.
std::vector<Identity> identities_of(const Snapshot& snapshot);
// The same, without most of the identities that differ from all of `alike` in more than the name.
// It is enough to tell whether one of `alike` is among them, and faster.
std::vector<Identity> identities_of(const Snapshot& snapshot, std::span<const Identity> alike);

}  // namespace netmon
