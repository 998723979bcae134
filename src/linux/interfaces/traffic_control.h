// Reads the filters of traffic control, tc(8), on what arrives at and leaves from the interfaces of
// the calling thread's network namespace.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "linux/reach/dump.h"
#include "linux/reach/reach.h"

namespace netmon {

using InterfaceName = std::function<std::string(std::uint32_t index)>;

// `netlink` must be of NETLINK_ROUTE.
void read_traffic_control(NetlinkDumps& netlink, ReachRead& reach, const InterfaceName& name_of);

}  // namespace netmon
