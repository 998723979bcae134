// What changed in what can reach the ports of a namespace, beyond its sockets.
#pragma once

#include <vector>

#include "core/places/places.h"
#include "netmon/core/diff/diff.h"

namespace netmon {

// Not finished yet: without message and fingerprint.
std::vector<Change> reach_changes(const Places& places);

// Whether the gap says that what reaches a port, beyond sockets of TCP and UDP, was not read.
bool is_about_reach(GapCode code);

// Whether such a gap decides: where the other side has what it could hide, and always where there
// is something that was not read. What neither side has is no blindness: most hosts have none.
bool could_hide(const Gap& gap, const Snapshot& other);

}  // namespace netmon
