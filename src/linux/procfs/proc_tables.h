// Parses the text tables of /proc/net. Pure. Their formats are in net/ipv4/raw.c, net/ipv4/ping.c
// and net/packet/af_packet.c of the kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// The interface index of a packet socket whose interface was removed. The kernel says -1; 0 would
// mean all interfaces. Such a socket receives nothing.
inline constexpr std::uint32_t kGoneDevice = UINT32_MAX;

struct ProcTable {
  std::vector<Socket> sockets;
  std::uint64_t malformed_lines = 0;
};

// Parses /proc/net/tcp, udp, udplite, raw or icmp, or its counterpart for IPv6 ("tcp6"). `protocol`
// says which. Cookies and interfaces are 0.
ProcTable parse_inet_table(std::string_view text, Protocol protocol);

// Parses /proc/net/packet.
ProcTable parse_packet_table(std::string_view text);

// The sum of the socket counts in /proc/net/sockstat or sockstat6, in which some sockets are
// counted twice. Absent where the text is not such a file.
std::optional<std::uint64_t> count_sockets(std::string_view sockstat);

// Parses "32768\t60999". Absent where that is not a range.
std::optional<PortRange> parse_port_range(std::string_view text);

}  // namespace netmon
