// Default routes and policy rules, rtnetlink(7), of the calling thread's network namespace.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "linux/reach/dump.h"
#include "linux/reach/reach.h"

namespace netmon {

// Policy rules beside those that every namespace has; the default routes of all tables that a rule
// leads to; and as addresses, the networks that a route makes the host's own. `vrf_tables` are
// those that interfaces lead to. `netlink` is of NETLINK_ROUTE.
void read_routes(NetlinkDumps& netlink, ReachRead& reach, std::set<std::uint32_t> vrf_tables,
                 const std::function<std::string(std::uint32_t index)>& name_of);

}  // namespace netmon
