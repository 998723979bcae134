// The text tables of /proc/net. Pure. Formats: net/ipv4/raw.c, net/ipv4/ping.c,
// net/packet/af_packet.c of the kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// The interface of a packet socket whose own was removed: the kernel says -1, and 0 would mean all
// of them. Such a socket receives nothing.
inline constexpr std::uint32_t kGoneDevice = UINT32_MAX;

struct ProcTable {
  std::vector<Socket> sockets;
  std::uint64_t malformed_lines = 0;
};

// /proc/net/{tcp,udp,udplite,raw,icmp} and those with a 6: `protocol` says which. Cookies and
// interfaces are 0.
ProcTable parse_inet_table(std::string_view text, Protocol protocol);

// /proc/net/packet.
ProcTable parse_packet_table(std::string_view text);

// /proc/net/sockstat or sockstat6: its counts of sockets, added up; some are counted twice. Absent
// for anything that is not such a file.
std::optional<std::uint64_t> count_sockets(std::string_view sockstat);

// "32768\t60999": both numbers, the first not above the second.
std::optional<PortRange> parse_port_range(std::string_view text);

}  // namespace netmon
