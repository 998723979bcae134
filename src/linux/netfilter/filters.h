// Reads what decides about packets in the calling thread's network namespace, as facts and
// forwards: the rules of nf_tables and of the older iptables and arptables, and the ipset(8) sets
// that they use.
#pragma once

#include "linux/reach/reach.h"

namespace netmon {

// Only the sources that `sources` allows are read. `proc_net` is a descriptor of
// /proc/thread-self/net.
void read_filters(ReachRead& reach, const ReachSources& sources, int proc_net);

}  // namespace netmon
