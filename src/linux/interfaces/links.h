// Addresses, routes, tunnels and forwarding, as rtnetlink(7) and /proc/sys/net have them in the
// calling thread's namespace.
#pragma once

#include "linux/reach/reach.h"

namespace netmon {

void read_links(ReachRead& reach);

}  // namespace netmon
