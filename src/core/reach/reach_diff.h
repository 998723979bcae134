// Changes in who can reach the ports of a namespace, beyond its sockets.
#pragma once

#include <vector>

#include "core/places/places.h"
#include "netmon/core/diff/diff.h"

namespace netmon {

// The changes have no message and no fingerprint yet.
std::vector<Change> reach_changes(const Places& places);

// Whether the gap concerns what can reach a port apart from TCP and UDP sockets.
bool is_about_reach(GapCode code);

// Whether such a gap is decisive: it is where the other side has something that it could hide, and
// always where rules are known to exist unread. What neither side has is no blindness, and most
// hosts have none of it.
bool could_hide(const Gap& gap, const Snapshot& other);

}  // namespace netmon
