// Reads the multicast groups that programs joined in the calling thread's network namespace.
#pragma once

#include <string_view>
#include <vector>

#include "linux/reach/reach.h"

namespace netmon {

// Leaves out the groups that the kernel joins by itself: all nodes, all routers, all snoopers, and
// the solicited-node group of each address. `proc_net` is a descriptor of /proc/thread-self/net.
void read_multicast_groups(ReachRead& reach, int proc_net);

// The facts in the text of /proc/net/igmp and /proc/net/igmp6, proc_pid_net(5). Lines that cannot
// be parsed are skipped. Pure.
std::vector<ReachFact> parse_igmp(std::string_view text);
std::vector<ReachFact> parse_igmp6(std::string_view text);

}  // namespace netmon
