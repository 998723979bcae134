// Adds gaps to a snapshot: what a capture could not see, and why. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linux/namespaces/namespaces.h"
#include "linux/owners/owners.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Adds a gap. Where there is one that differs only in its count, the counts are added up. A gap
// with the count 0 is not added.
void add_gap(std::vector<Gap>& gaps, Gap gap);

// A namespace that was seen but could not be entered.
struct ClosedNetns {
  const Netns* netns = nullptr;
  int error = 0;
};

// Adds the gaps of namespaces that could not be entered. A namespace known only by its path and one
// known only by its processes may be the same: such a pair is counted once, with the scope that the
// path gives.
void add_netns_gaps(std::vector<Gap>& gaps, const std::vector<ClosedNetns>& closed);

// Adds the gaps of sockets without an owner, of processes that ended before they were read, and of
// listeners in the ephemeral range whose port choice is not known. `reason` says why processes are
// not visible; where the walk was refused access to some, that is the reason instead.
// `why_not_found` is what find_kernel_sockets() returned.
void add_socket_gaps(std::vector<Gap>& gaps, const Snapshot& snapshot, const OwnerWalk& walk,
                     std::string reason, const std::string& why_not_found);

}  // namespace netmon
