// What the entries of a chain say is here: imports, prunes and tombstones, and for each snapshot
// the link in the chain that it was stored in first.
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

// The content digest of an entry that is about to be written; `tombstones` by snapshot_id.
std::string compute_digest(const ImportRow& row);
std::string compute_digest(const PruneRow& row, const std::vector<TombstoneRow>& tombstones);

template <typename Row>
struct Entry {
  Row row;
  std::string content_digest;  // of what is stored
};

// Nothing where there is no such row. These throw SQLite::Exception, and BadRow for a row that
// cannot be read.
std::optional<Entry<ImportRow>> read_import(SQLite::Database& database, std::int64_t number);
std::optional<Entry<PruneRow>> read_prune(SQLite::Database& database, std::int64_t number);
std::optional<TombstoneRow> read_tombstone(SQLite::Database& database, std::int64_t snapshot_id);

// Throws BadRow where the link does not have the digest that it says.
void require_sound(const Link& link, std::string_view origin);

// Throws BadRow where `link` is not that of a snapshot with this content.
void require_linked(const Link& link, const std::string& content_digest,
                    const std::optional<std::string>& previous_digest);

// The origin of a snapshot.
struct Provenance {
  std::optional<Origin> origin;  // of an imported one
  Link link;                     // in the chain that it was stored in first
};

// Where the snapshot of `entry` is from. The entry is a sound link of the own chain that is a
// capture or an import; the snapshot itself may be gone. Throws BadRow where the import or its link
// there does not fit.
Provenance provenance_of(SQLite::Database& database, const Link& entry);

// The same for the number of a snapshot, whose link is checked first.
Provenance provenance_of(SQLite::Database& database, std::int64_t id);

}  // namespace netmon
