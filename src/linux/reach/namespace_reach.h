// What can reach the ports of all namespaces that were read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
#include <string>
#include <vector>

#include "linux/netlink/passes.h"
#include "linux/reach/reach.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// What was read of namespaces, each by its index in Passes::namespaces.
struct NamespaceReach {
  std::vector<std::size_t> which;
  std::vector<ReachRead> reads;
  std::vector<int> errors;  // errno where it could not be entered; ESRCH where it has gone
  ReachRead of_host;        // of all namespaces together, where netmon runs on the host
};

// Reads them on a thread of its own, beside what else a capture does. `namespaces` and `first` of
// the passes must stay as they are until the result is there.
std::future<NamespaceReach> begin_reach(const Passes& passes, const std::string& kernel,
                                        const std::string& proc_root);

// `index` is that of add_namespaces(). What could not be read is a gap.
void add_reach(Snapshot& snapshot, NamespaceReach reach, const std::vector<std::uint32_t>& index);

}  // namespace netmon
