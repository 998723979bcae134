// Rules of the older iptables in the calling thread's network namespace, by the kernel's own
// interface (linux/netfilter_ipv4/ip_tables.h).
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "linux/reach/reach.h"

namespace netmon {

// One fact a table that has rules: how many, and their digest. Their lines and forwards are not
// read. A table that the kernel has not yet is not asked for: it would be made.
void read_iptables(ReachRead& reach);

// The rules of a table as the kernel gives them, with their counters and back pointers cleared, so
// that traffic changes nothing; "" where they are not whole. `Entry` sizes are those of IPv4 or
// IPv6.
enum class TableFamily { ipv4, ipv6 };
std::string without_counters(std::span<const std::byte> entries, TableFamily family);

}  // namespace netmon
