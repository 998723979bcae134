// The text tables of /proc/net. Pure. Formats: net/ipv4/raw.c, net/ipv4/ping.c,
// net/packet/af_packet.c of the kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "netmon/model.h"

namespace netmon {

struct ProcTable {
  std::vector<Socket> sockets;
  std::uint64_t malformed_lines = 0;
};

// /proc/net/{raw,raw6,icmp,icmp6}: `protocol` is raw or icmp. Cookies and interfaces are 0.
ProcTable parse_inet_table(std::string_view text, Protocol protocol);

// /proc/net/packet.
ProcTable parse_packet_table(std::string_view text);

// "32768\t60999": both numbers, the first not above the second.
std::optional<PortRange> parse_port_range(std::string_view text);

}  // namespace netmon
