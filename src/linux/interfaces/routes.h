// Reads default routes and policy rules, rtnetlink(7), of the calling thread's network namespace.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "linux/reach/dump.h"
#include "linux/reach/reach.h"

namespace netmon {

// Adds the policy rules except those that every namespace has, the default routes of all tables
// that a rule or a VRF uses, and, as addresses, the networks that a route makes the host's own.
// `vrf_tables` are the tables of VRF interfaces. `netlink` must be of NETLINK_ROUTE.
void read_routes(NetlinkDumps& netlink, ReachRead& reach, std::set<std::uint32_t> vrf_tables,
                 const std::function<std::string(std::uint32_t index)>& name_of);

}  // namespace netmon
