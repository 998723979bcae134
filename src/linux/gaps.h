// Partial blindness, as values. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linux/namespaces/namespaces.h"
#include "linux/owners/owners.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Adds a gap, or its count to one that is alike in all else; a count of 0 is no gap.
void add_gap(std::vector<Gap>& gaps, Gap gap);

// A namespace that was seen and not read.
struct ClosedNetns {
  const Netns* netns = nullptr;
  int error = 0;
};

// Adds the gaps of namespaces that could not be entered. One that is known by its path alone and
// one that is known by its processes alone may be the same: such a pair is counted once, as what
// the path says.
void add_netns_gaps(std::vector<Gap>& gaps, const std::vector<ClosedNetns>& closed);

// Adds the gaps of sockets without an owner, of processes, and of listeners in the ephemeral range.
// `reason` says why processes are out of sight; that some could not be read says it instead where
// it is so. `why_not_found` is that of find_kernel_sockets().
void add_socket_gaps(std::vector<Gap>& gaps, const Snapshot& snapshot, const OwnerWalk& walk,
                     std::string reason, const std::string& why_not_found);

}  // namespace netmon
