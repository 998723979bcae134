// A snapshot to rows and back.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netmon/identity.h"
#include "netmon/model.h"

namespace netmon {

struct Written {
  std::string digest;                // of the content
  std::vector<Identity> identities;  // of identities_of()
};

// Writes all rows of `snapshot` under the number `id`. Call it within a transaction. Throws
// SQLite::Exception; std::logic_error where the snapshot refers to what it does not hold.
Written write_snapshot(sqlite3* database, const Snapshot& snapshot, std::int64_t id,
                       const std::optional<std::string>& previous_digest);

// What is stored of a snapshot, held against its own digest alone.
struct Content {
  Snapshot snapshot;  // its origin is not set; info.digest is the content's
  std::optional<std::string> previous_digest;
  std::uint64_t masked = 0;  // command lines of which only the digest is left
};

// Nothing where there is no such snapshot. Throws SQLite::Exception; BadRow where the rows cannot
// be what was written, or do not match the digest.
std::optional<Content> read_content(sqlite3* database, std::int64_t id);

// The same, held against its link in the chain as well: so it has its origin, and its digest is
// that of its link in the chain that it was stored in first.
std::optional<Snapshot> read_snapshot(sqlite3* database, std::int64_t id);

// All snapshots, oldest first. Throws SQLite::Exception and BadRow; no digest is checked.
std::vector<SnapshotSummary> read_summaries(sqlite3* database);

}  // namespace netmon
