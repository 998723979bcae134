// Connections that wait in an accept queue, and the listeners that they wait for.
#pragma once

#include <cstdint>
#include <map>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// Maps each socket in pending-accept to the listener of its namespace that it can belong to; both
// are indexes into Snapshot::sockets. A listener bound to the connection's own address and device
// is preferred to one bound to any. Of several equal ones (SO_REUSEPORT) it is the first, and all
// of them belong to one user (socket(7)). A socket without a listener, because that was closed
// meanwhile, is left out.
std::map<std::uint32_t, std::uint32_t> accepting_listeners(const Snapshot& snapshot);

}  // namespace netmon
