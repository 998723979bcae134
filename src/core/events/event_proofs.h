// Compares what must have been seen within a window with what was seen.
#pragma once

#include <vector>

#include "netmon/core/events/events.h"
#include "netmon/core/model/gap.h"

namespace netmon {

// What canaries did must have been seen exactly as often. What a counter counted while all programs
// were attached must have been seen, unless some events of the kind were done outside netmon's pid
// namespace, where their network namespace is not known. More may have been seen: a connect event
// comes before its first packet leaves, and the kernel counts after that.
std::vector<EventProof> event_proofs_of(const EventWindow& window);

// A gap `events-lost` for each witness and kind that saw less than must have been seen, and for a
// canary that was seen more often than it was done.
std::vector<Gap> gaps_of(const std::vector<EventProof>& proofs);

}  // namespace netmon
