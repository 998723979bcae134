// Compares the sockets that two views of the kernel disagree about.
#pragma once

#include <vector>

#include "core/places/places.h"
#include "netmon/core/diff/diff.h"

namespace netmon {

// One `hidden-socket` for each finding of AFTER that BEFORE does not have. Message and fingerprint
// are not set.
std::vector<Change> hidden_changes(const Places& places);

// A finding that BEFORE had is no change, but it is still reported.
void add_hidden_caveats(std::vector<Caveat>& caveats, const Places& places);

}  // namespace netmon
