// Reads what can reach the ports of all namespaces whose sockets were read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linux/netlink/passes.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Adds forwards, facts and gaps to the snapshot. `index` is what add_namespaces() returned.
void add_reach(Snapshot& snapshot, const Passes& passes, const std::vector<std::uint32_t>& index,
               const std::string& proc_root);

}  // namespace netmon
