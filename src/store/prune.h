// Removes snapshots by a rule and records what was removed.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <vector>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/review/evidence.h"

namespace netmon {

// See Store::prunable(). Throws SQLite::Exception and BadRow.
std::vector<SnapshotSummary> find_prunable(SQLite::Database& database, const PruneRule& rule,
                                           Timestamp now);

// See Store::prune(); `path` is that of `database`. Throws SQLite::Exception and BadRow.
std::vector<SnapshotSummary> prune_snapshots(SQLite::Database& database,
                                             const std::filesystem::path& path,
                                             const PruneRule& rule, const Actor& actor);

}  // namespace netmon
