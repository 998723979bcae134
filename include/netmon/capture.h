// The platform's edge: reads the host. Everything else in netmon works on what this returns.
#pragma once

#include <string>
#include <vector>

#include "netmon/model.h"
#include "netmon/visibility.h"

namespace netmon {

struct CaptureOptions {
  std::string label;
  std::string ticket;
  std::string note;
  NetnsSelection netns = NetnsSelection::all;
};

// All sockets of the host, in every network namespace that may be entered, with their owners.
// What could not be seen is in Snapshot::gaps. Throws SystemError when the sockets of netmon's own
// namespace could not be read at all. Sockets are sorted by namespace, protocol, state, addresses,
// ports and cookie.
Snapshot capture(const CaptureOptions& options);

// What this user, on this kernel, can and cannot see: nothing is captured.
std::vector<Finding> examine_visibility();

}  // namespace netmon
