// Connections that wait in an accept queue, and the listeners that they wait for.
#pragma once

#include <cstdint>
#include <map>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// For each socket in pending-accept the listener of its namespace that it can belong to: index by
// index into Snapshot::sockets. One bound to the connection's own address and device comes before
// one bound to any; of several alike (SO_REUSEPORT) it is the first, and all are of one user
// (socket(7)). A socket without any, because its listener was closed meanwhile, is left out.
std::map<std::uint32_t, std::uint32_t> accepting_listeners(const Snapshot& snapshot);

}  // namespace netmon
