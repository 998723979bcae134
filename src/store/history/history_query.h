// Queries of the history index (netmon/core/model/history.h).
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/history.h"

namespace netmon {

// What matches the query, the first seen first. The index must contain all snapshots. Throws
// SQLite::Exception, and BadRow where the index cannot be read.
std::vector<Appearance> find_appearances(SQLite::Database& database, const HistoryQuery& query);

// How to find the past of changes up to the snapshot `info`.
struct PastQuery {
  const SnapshotInfo& info;
  // The newest of the host's snapshots before `info`, where its rows are in memory already, so it
  // need not be in the index; else null.
  const Snapshot* newest = nullptr;
  std::int64_t indexed = 0;  // the index must contain the snapshots up to this number
};

// `before`, a snapshot of this database or null, is used where it can be.
PastQuery plan_past(SQLite::Database& database, const SnapshotInfo& info, const Snapshot* before);

// The pasts of the changes, by index. Throws like find_appearances().
std::vector<Past> find_pasts(SQLite::Database& database, const std::vector<Change>& changes,
                             const PastQuery& query);

}  // namespace netmon
