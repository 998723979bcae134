// What the history index answers (netmon/core/model/history.h).
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/history.h"

namespace netmon {

// The first seen first. The index has all snapshots. Throws SQLite::Exception; BadRow where the
// index cannot be read.
std::vector<Appearance> find_appearances(SQLite::Database& database, const HistoryQuery& query);

// What the past of changes up to the snapshot `info` is asked of.
struct PastQuery {
  const SnapshotInfo& info;
  // The newest of the host's snapshots before `info`, where its rows are known already: it need not
  // be in the index.
  const Snapshot* newest = nullptr;
  std::int64_t indexed = 0;  // the index must have the snapshots up to this number
};

// `before`, a snapshot of this database or null, is used where it can be.
PastQuery plan_past(SQLite::Database& database, const SnapshotInfo& info, const Snapshot* before);

// Index by index. Throws as above.
std::vector<Past> find_pasts(SQLite::Database& database, const std::vector<Change>& changes,
                             const PastQuery& query);

}  // namespace netmon
