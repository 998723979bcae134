// What the history index answers (netmon/history.h).
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <vector>

#include "netmon/diff.h"
#include "netmon/history.h"

namespace netmon {

// The first seen first. Throws SQLite::Exception; BadRow where the index cannot be read.
std::vector<Appearance> find_appearances(SQLite::Database& database, const HistoryQuery& query);

// Index by index. Throws as above.
std::vector<Past> find_pasts(SQLite::Database& database, const std::vector<Change>& changes,
                             const SnapshotInfo& info);

}  // namespace netmon
