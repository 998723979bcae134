// The sockets of a snapshot that a report shows, with the facts of their rows.
#pragma once

#include <optional>
#include <vector>

#include "netmon/core/model/filter.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"

namespace netmon {

struct SnapshotRow {
  const Socket* socket = nullptr;  // belongs to the snapshot, which must outlive the row
  std::optional<Role> role;
  const Process* accepting = nullptr;  // only for a pending accept: who listens on its port
};

// The sockets that pass `filter` (empty: all), in the snapshot's order.
std::vector<SnapshotRow> rows_of(const Snapshot& snapshot, const Filter& filter);

const Scope& scope_of(const Snapshot& snapshot, const Socket& socket);

}  // namespace netmon
