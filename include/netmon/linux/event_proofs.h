// Independent evidence of what a window must have seen.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/events/events.h"

namespace netmon {

// Listens, connects, accepts, binds, sends and makes a raw socket, over IPv4 and IPv6, in a network
// namespace of its own, which is gone afterwards. Throws SystemError on failure, as without
// CAP_SYS_ADMIN.
EventCanary run_canary();

// The kernel's counters for each network namespace in which a process lives, keyed by the inode of
// the namespace.
std::map<std::uint64_t, OpenCounters> read_open_counters();

// ActiveOpens and PassiveOpens of /proc/PID/net/snmp; zero where they are missing. Pure.
OpenCounters parse_open_counters(std::string_view snmp);

}  // namespace netmon
