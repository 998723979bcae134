#pragma once

#include <vector>

#include "netmon/diff.h"

namespace netmon {

// Joins a listener that is gone and a new one of the same program on another port into one change
// of the kind `moved`. Pairs are made in the order given, which is by port.
std::vector<Change> join_moved(std::vector<Change> changes);

}  // namespace netmon
