// A kernel socket as a capture sees it, and why it has the owners that it has.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "netmon/core/values/ip_address.h"

namespace netmon {

enum class Protocol : std::uint8_t {
  tcp,
  udp,
  udplite,
  raw,     // SOCK_RAW over IP, raw(7)
  icmp,    // ICMP datagram ("ping") sockets, icmp(7)
  packet,  // AF_PACKET, packet(7)
  vsock,   // AF_VSOCK, vsock(7)
  xdp,     // AF_XDP
  sctp,    // SCTP, sctp(7)
  other,   // any other family, by its number; AF_UNIX and AF_NETLINK are left out
};

// TCP states have their names in RFC 9293; the kernel's numbers are in include/net/tcp_states.h.
// UDP and raw sockets are only `unconnected` or `connected`, because the kernel's 7 and 1 mean no
// TCP state there.
enum class State : std::uint8_t {
  listen,
  established,
  syn_sent,
  syn_recv,
  fin_wait1,
  fin_wait2,
  time_wait,
  close,
  close_wait,
  last_ack,
  closing,
  bound,  // TCP: bound to a port, neither listening nor connected (TCP_BOUND_INACTIVE)
  connected,
  unconnected,
};

// Why a socket has the owners that it has, or none.
enum class OwnerState : std::uint8_t {
  held,           // one or more processes hold it
  not_permitted,  // its holder may be a process that this user may not inspect
  vanished,       // its holder, or the socket itself, went away during the capture
  no_process,  // every process was inspected and none holds it, though a file may (one in flight)
  // The states below have no owner by nature, which is no gap in coverage:
  kernel,          // the kernel's own: no file refers to it
  time_wait,       // closed; the kernel keeps the tuple for a while
  orphan,          // closed by its process; the kernel is still sending
  pending_accept,  // waiting in a listener's accept queue, established
  request,         // a handshake in progress (SYN_RECV)
};

// Which of the two passes over the kernel's tables saw a socket. A dump can miss or repeat rows
// while sockets come and go, so each table is read twice and the passes are merged by cookie.
enum class Presence : std::uint8_t { both, first_pass_only, second_pass_only };

// How a socket got its local port (sk_userlocks in include/net/sock.h). Only BPF shows it.
enum class PortChoice : std::uint8_t {
  program,  // bind(2) named it (SOCK_BINDPORT_LOCK), or the socket has its own range, ip(7)
  connect,  // connect(2) took a free port (SOCK_CONNECT_BIND, Linux 6.18); TCP only
  kernel,   // neither: bind(2) or sendto(2) took a free one, or a TCP listener accepted it
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;  // host byte order

  auto operator<=>(const Endpoint&) const = default;
};

struct Owner {
  std::uint32_t process = 0;  // index into Snapshot::processes
  std::uint32_t thread = 0;   // thread id, for a thread with a descriptor table of its own; else 0
  std::int32_t fd = -1;       // lowest descriptor number that refers to the socket

  auto operator<=>(const Owner&) const = default;
};

// One kernel socket as observed.
struct Socket {
  std::uint64_t cookie = 0;  // unique in a boot; 0 where the source has none (/proc/net/raw)
  std::uint32_t inode = 0;   // sockfs inode; 0 for a socket without a struct file
  std::uint32_t netns = 0;   // index into Snapshot::namespaces
  Protocol protocol = Protocol::tcp;
  State state = State::close;
  OwnerState owner_state = OwnerState::no_process;
  Presence presence = Presence::both;
  Endpoint local;
  Endpoint remote;  // without an address, and port 0, where not connected
  // The interface that it is bound to (SO_BINDTODEVICE, scope id); 0 for none. vsock: the context
  // id of the peer, or the one that a listener is bound to.
  std::uint32_t device_index = 0;
  std::optional<std::uint32_t> uid;       // of the socket; absent where the kernel reports none
  std::optional<bool> v6only;             // IPv6 listeners and unconnected UDP only
  std::optional<PortChoice> port_choice;  // TCP and UDP; absent where not known
  // raw: IP protocol number; packet: EtherType; vsock: port of the service; SCTP: the port that is
  // listened on; other: the number of the family (AF_…)
  std::uint32_t link_protocol = 0;
  std::uint32_t first_owner = 0;  // Snapshot::owners[first_owner, first_owner + owner_count)
  std::uint32_t owner_count = 0;

  bool operator==(const Socket&) const = default;
};

// UDP and UDP-Lite.
bool is_datagram(Protocol protocol);
// Raw, packet and ICMP sockets, and those that are neither TCP nor UDP.
bool is_raw(Protocol protocol);

// True where a socket has no owner by nature, which is no gap in coverage.
bool ownerless_by_nature(OwnerState owner_state);

// The stable words that are stored and printed. Each parse_ function is the inverse.
std::string_view to_string(Protocol protocol);
std::string_view to_string(State state);
std::string_view to_string(OwnerState owner_state);
std::string_view to_string(Presence presence);
std::string_view to_string(PortChoice choice);
std::optional<Protocol> parse_protocol(std::string_view text);
std::optional<State> parse_state(std::string_view text);
std::optional<OwnerState> parse_owner_state(std::string_view text);
std::optional<Presence> parse_presence(std::string_view text);
std::optional<PortChoice> parse_port_choice(std::string_view text);

}  // namespace netmon
