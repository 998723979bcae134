// The wire format of sock_diag(7), as bytes to values and back. Pure: no system call.
//
// Sources: linux/netlink.h, linux/inet_diag.h, linux/packet_diag.h. Integers are in host byte
// order, except ports and addresses, which are in network byte order. Nothing that arrives is
// trusted: no length leads beyond the bytes given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "linux/netlink/netlink_reader.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// All TCP sockets, IPv4 and IPv6 in one walk of the kernel's table (TCPDIAG_GETSOCK).
std::vector<std::byte> tcp_request(std::uint32_t sequence);

// All UDP, UDP-Lite or raw sockets of one family (SOCK_DIAG_BY_FAMILY).
std::vector<std::byte> inet_request(Protocol protocol, Family family, std::uint32_t sequence);

// All packet sockets, with their interface and user.
std::vector<std::byte> packet_request(std::uint32_t sequence);

enum class DumpStatus : std::uint8_t {
  more,       // well-formed so far; the kernel has more to send
  done,       // the end of the dump
  refused,    // the kernel says no: `error` is its errno
  malformed,  // not what a kernel sends: nothing after this can be trusted
};

// The content of one datagram of a dump. Sockets before a refusal or a malformed message are kept.
struct DumpPart {
  std::vector<Socket> sockets;
  DumpStatus status = DumpStatus::more;
  int error = 0;
  bool interrupted = false;          // the kernel says that the table changed during the dump
  std::uint64_t unknown_states = 0;  // sockets left out because netmon does not know their state
};

// Messages with another sequence number belong to another dump and are skipped.
DumpPart parse_dump(Bytes datagram, Protocol protocol, std::uint32_t sequence);

// The state that a kernel number (include/net/tcp_states.h) means for a socket of `protocol`;
// absent where netmon does not know it.
std::optional<State> state_of(Protocol protocol, std::uint8_t number);

}  // namespace netmon
