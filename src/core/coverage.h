// What each side of a diff could not see, and what follows from it.
#pragma once

#include <vector>

#include "netmon/diff.h"
#include "netmon/model.h"

namespace netmon {

// Whether sockets of this scope and protocol may exist that the snapshot could not see: what is
// absent then is unknown, neither added nor removed.
bool is_blind_to(const Snapshot& snapshot, const Scope& scope, Protocol protocol);

// The caveats that follow from the two captures themselves: their gaps, their order, their hosts.
std::vector<Caveat> coverage_caveats(const Snapshot& before, const Snapshot& after);

}  // namespace netmon
