// Sockets that two views of the kernel disagree about, in a comparison.
#pragma once

#include <vector>

#include "core/places/places.h"
#include "netmon/core/diff/diff.h"

namespace netmon {

// One `hidden-socket` for each finding of AFTER that BEFORE does not have, without message and
// fingerprint.
std::vector<Change> hidden_changes(const Places& places);

// What was hidden before is no change, and is still said.
void add_hidden_caveats(std::vector<Caveat>& caveats, const Places& places);

}  // namespace netmon
