// Writes a snapshot as rows, and reads it back.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// Writes all rows of `snapshot` under the number `id` and returns the digest of its content. Call
// it within a transaction. Throws SQLite::Exception, and std::logic_error where the snapshot is
// inconsistent.
std::string write_snapshot(SQLite::Database& database, const Snapshot& snapshot, std::int64_t id,
                           const std::optional<std::string>& previous_digest);

// A stored snapshot that matches its own digest; its link has not been checked.
struct Content {
  Snapshot snapshot;  // its origin is not set; info.digest is the content's
  std::optional<std::string> previous_digest;
  std::uint64_t masked = 0;  // masked command lines: only the digest is left
};

// Returns nothing where there is no such snapshot. Throws SQLite::Exception, and BadRow where the
// rows cannot be what was written, or do not match the digest.
std::optional<Content> read_content(SQLite::Database& database, std::int64_t id);

// The same, with its link in the chain checked as well. Its origin is set, and its digest is that
// of its link in the chain of the database that stored it first.
std::optional<Snapshot> read_snapshot(SQLite::Database& database, std::int64_t id);

// All snapshots, oldest first. Throws SQLite::Exception and BadRow; digests are not checked.
std::vector<SnapshotSummary> read_summaries(SQLite::Database& database);

}  // namespace netmon
