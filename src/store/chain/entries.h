// The content of chain entries in this database: imports, prunes and tombstones, and for each
// snapshot its link in the chain of the database that stored it first.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/model/snapshot.h"
#include "store/chain/chain.h"
#include "store/chain/entry_tables.h"

namespace netmon {

// The content digest of a new entry; `tombstones` are sorted by snapshot_id.
std::string compute_digest(const ImportRow& row);
std::string compute_digest(const PruneRow& row, const std::vector<TombstoneRow>& tombstones);

template <typename Row>
struct Entry {
  Row row;
  std::string content_digest;  // computed from the stored rows
};

// These return nothing where there is no such row. They throw SQLite::Exception, and BadRow for a
// row that cannot be read.
std::optional<Entry<ImportRow>> read_import(SQLite::Database& database, std::int64_t number);
std::optional<Entry<PruneRow>> read_prune(SQLite::Database& database, std::int64_t number);
std::optional<TombstoneRow> read_tombstone(SQLite::Database& database, std::int64_t snapshot_id);

// Throws BadRow where the link does not match its own digest.
void require_sound(const Link& link, std::string_view origin);

// Throws BadRow where `link` is not the link of a snapshot with this content.
void require_linked(const Link& link, const std::string& content_digest,
                    const std::optional<std::string>& previous_digest);

// Where a snapshot comes from.
struct Provenance {
  std::optional<Origin> origin;  // only of an imported snapshot
  Link link;                     // in the chain of the database that stored it first
};

// The provenance of the snapshot of `entry`. The entry must be a sound link of the own chain, for a
// capture or an import; the snapshot itself may be gone. Throws BadRow where the import or its
// original link does not match.
Provenance provenance_of(SQLite::Database& database, const Link& entry);

// The same for the number of a snapshot; its link is checked first.
Provenance provenance_of(SQLite::Database& database, std::int64_t id);

}  // namespace netmon
