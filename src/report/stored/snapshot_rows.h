// Which sockets of a snapshot a report shows, and what a row says of each.
#pragma once

#include <optional>
#include <vector>

#include "netmon/core/model/filter.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"

namespace netmon {

struct SnapshotRow {
  const Socket* socket = nullptr;  // of the snapshot, which must outlive the row
  std::optional<Role> role;
  const Process* accepting = nullptr;  // of a pending accept: who listens on the port
};

// The sockets that `filter` (empty: all) takes, in the snapshot's order.
std::vector<SnapshotRow> rows_of(const Snapshot& snapshot, const Filter& filter);

const Scope& scope_of(const Snapshot& snapshot, const Socket& socket);

}  // namespace netmon
