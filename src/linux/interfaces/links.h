// Reads addresses, routes, tunnels and forwarding of the calling thread's network namespace, from
// rtnetlink(7) and /proc/sys/net.
#pragma once

#include "linux/reach/reach.h"

namespace netmon {

void read_links(ReachRead& reach);

}  // namespace netmon
