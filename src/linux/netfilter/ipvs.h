// Reads the virtual services of IPVS, ipvsadm(8), by which the kernel forwards a port to other
// hosts without any filter rule.
#pragma once

#include <string_view>

#include "linux/reach/reach.h"

namespace netmon {

// Reads the services of the calling thread's network namespace. `proc_net` is a descriptor of
// /proc/thread-self/net.
void read_ipvs(ReachRead& reach, int proc_net);

// Reads the text of /proc/net/ip_vs: a forward for each real server of a TCP or UDP service. The
// servers of a service with another protocol, or of one that is selected by a firewall mark, are
// facts. A line that cannot be parsed is a failure.
void parse_ipvs(std::string_view text, ReachRead& reach);

}  // namespace netmon
