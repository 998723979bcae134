// A snapshot to rows and back.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// Writes all rows of `snapshot` under the number `id`, and returns the digest of its content. Call
// it within a transaction. Throws SQLite::Exception; std::logic_error where the snapshot is
// inconsistent.
std::string write_snapshot(SQLite::Database& database, const Snapshot& snapshot, std::int64_t id,
                           const std::optional<std::string>& previous_digest);

// What is stored of a snapshot, held against its own digest alone.
struct Content {
  Snapshot snapshot;  // its origin is not set; info.digest is the content's
  std::optional<std::string> previous_digest;
  std::uint64_t masked = 0;  // command lines of which only the digest is left
};

// Nothing where there is no such snapshot. Throws SQLite::Exception; BadRow where the rows cannot
// be what was written, or do not match the digest.
std::optional<Content> read_content(SQLite::Database& database, std::int64_t id);

// The same, held against its link in the chain as well: so it has its origin, and its digest is
// that of its link in the chain that it was stored in first.
std::optional<Snapshot> read_snapshot(SQLite::Database& database, std::int64_t id);

// All snapshots, oldest first. Throws SQLite::Exception and BadRow; no digest is checked.
std::vector<SnapshotSummary> read_summaries(SQLite::Database& database);

}  // namespace netmon
