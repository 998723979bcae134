// Finds hidden sockets: compares the views that a capture has, and reads again where they differ.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "linux/netlink/passes.h"
#include "linux/owners/owner_search.h"

namespace netmon {

// Returns the sockets that one view has and another lacks, after that was confirmed. `sockets` are
// both passes, merged. Nothing is read again where the views agree.
std::vector<Suspect> find_hidden(const Passes& passes, std::span<const Socket> sockets,
                                 const std::string& proc_root, const TableSources& sources,
                                 OwnerSearch& owners);

}  // namespace netmon
