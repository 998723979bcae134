// Multicast groups that programs joined in the calling thread's network namespace.
#pragma once

#include <string_view>
#include <vector>

#include "linux/reach/reach.h"

namespace netmon {

// Without those that the kernel joins by itself: all nodes, all routers, and the solicited-node
// group of each address.
// `proc_net` is a descriptor of /proc/thread-self/net.
void read_multicast_groups(ReachRead& reach, int proc_net);

// The facts in /proc/net/igmp and /proc/net/igmp6, proc_pid_net(5). Lines that are not understood
// are passed over.
std::vector<ReachFact> parse_igmp(std::string_view text);
std::vector<ReachFact> parse_igmp6(std::string_view text);

}  // namespace netmon
