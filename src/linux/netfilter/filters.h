// What decides over packets in the calling thread's network namespace, as facts and forwards: the
// rules of nf_tables, of the older iptables, and the sets of ipset that they ask.
#pragma once

#include "linux/reach/reach.h"

namespace netmon {

// What is asked is what `sources` allows; `proc_net` is a descriptor of /proc/thread-self/net.
void read_filters(ReachRead& reach, const ReachSources& sources, int proc_net);

}  // namespace netmon
