// What can reach the ports of all namespaces that were read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linux/netlink/passes.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// `index` is that of add_namespaces(). What could not be read is a gap.
void add_reach(Snapshot& snapshot, const Passes& passes, const std::vector<std::uint32_t>& index,
               const std::string& proc_root);

}  // namespace netmon
