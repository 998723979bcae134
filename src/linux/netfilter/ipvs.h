// Virtual services of IPVS, ipvsadm(8): the kernel hands a port on to other hosts without a rule.
#pragma once

#include <string_view>

#include "linux/reach/reach.h"

namespace netmon {

// Reads the calling thread's network namespace, whose /proc/thread-self/net `proc_net` is.
void read_ipvs(ReachRead& reach, int proc_net);

// /proc/net/ip_vs: a forward for each real server of a service. A service that is known by a mark
// of the firewall alone is a fact. Lines that are not understood are a failure.
void parse_ipvs(std::string_view text, ReachRead& reach);

}  // namespace netmon
