// What must have been seen within a window, held against what was.
#pragma once

#include <vector>

#include "netmon/core/events/events.h"
#include "netmon/core/model/gap.h"

namespace netmon {

// What canaries did must have been seen to the unit. What a counter counted while all was attached
// must have been seen, unless some of it was done outside netmon's pid namespace, of which it is
// not known in which network namespace. It may be more: the kernel counts a connection once its
// first packet has left, and tells of it before.
std::vector<EventProof> event_proofs_of(const EventWindow& window);

// A gap `events-lost` for each witness and kind of which less was seen than must have been.
std::vector<Gap> gaps_of(const std::vector<EventProof>& proofs);

}  // namespace netmon
