#include "store/chain/entries.h"

#include <fmt/format.h>

#include "store/rows/row_digest.h"
#include "store/rows/row_reader.h"
#include "store/sqlite/bind.h"

namespace netmon {
namespace {

// Reads the first row of `source`.
template <typename Row>
std::optional<Row> read_row(SQLite::Database& database, const std::string& source,
                            RowDigest& digest) {
  auto reader = RowReader::rows_of<Row>(database.getHandle(), source, digest);
  if (!reader.next()) return std::nullopt;
  return reader.template row<Row>();
}

std::int64_t chain_of_import(SQLite::Database& database, std::int64_t number) {
  SQLite::Statement select(database, "SELECT chain_no FROM import WHERE number = ?");
  bind_all(select, number);
  return select.executeStep() ? select.getColumn(0).getInt64() : kOwnChain;
}

}  // namespace

std::string compute_digest(const ImportRow& row) {
  RowDigest digest;
  digest_row(digest, row);
  return digest.finish();
}

std::string compute_digest(const PruneRow& row, const std::vector<TombstoneRow>& tombstones) {
  RowDigest digest;
  digest_row(digest, row);
  for (const TombstoneRow& tombstone : tombstones) digest_row(digest, tombstone);
  return digest.finish();
}

std::optional<Entry<ImportRow>> read_import(SQLite::Database& database, std::int64_t number) {
  RowDigest digest;
  auto row = read_row<ImportRow>(
      database, fmt::format("import LEFT JOIN chain USING (chain_no) WHERE number = {}", number),
      digest);
  if (!row) return std::nullopt;
  return Entry<ImportRow>{*std::move(row), digest.finish()};
}

std::optional<Entry<PruneRow>> read_prune(SQLite::Database& database, std::int64_t number) {
  RowDigest digest;
  auto row = read_row<PruneRow>(database, fmt::format("prune WHERE number = {}", number), digest);
  if (!row) return std::nullopt;
  auto tombstones = RowReader::rows_of<TombstoneRow>(
      database.getHandle(),
      fmt::format("tombstone WHERE prune_number = {} ORDER BY snapshot_id", number), digest);
  for (std::optional<std::int64_t> last; tombstones.next();) {
    const std::int64_t id = tombstones.row<TombstoneRow>().snapshot_id;
    if (last && id <= *last) tombstones.reject("is out of order");
    last = id;
  }
  return Entry<PruneRow>{*std::move(row), digest.finish()};
}

std::optional<TombstoneRow> read_tombstone(SQLite::Database& database, std::int64_t snapshot_id) {
  RowDigest unchecked;
  return read_row<TombstoneRow>(
      database, fmt::format("tombstone WHERE snapshot_id = {}", snapshot_id), unchecked);
}

void require_sound(const Link& link, std::string_view origin) {
  if (compute_digest(link, origin) != link.digest) {
    throw BadRow("its link does not match its digest");
  }
}

void require_linked(const Link& link, const std::string& content_digest,
                    const std::optional<std::string>& previous_digest) {
  if (link.content_digest != content_digest || link.previous_digest != previous_digest) {
    throw BadRow("does not match its link in the chain");
  }
}

Provenance provenance_of(SQLite::Database& database, const Link& entry) {
  if (entry.kind == LinkKind::capture) return {std::nullopt, entry};
  if (entry.kind != LinkKind::import) throw BadRow("is not the entry of a snapshot");
  const auto import = read_import(database, entry.number);
  if (!import) throw BadRow("has no record of the import that its link names");
  if (import->content_digest != entry.content_digest) {
    throw BadRow("the record of its import does not match its digest");
  }
  const ImportRow& row = import->row;
  const auto link = read_link(database, chain_of_import(database, entry.number), row.origin_number);
  if (!link || link->digest != row.digest || link->kind != LinkKind::capture) {
    throw BadRow("is not in the chain that it was imported with");
  }
  require_sound(*link, row.origin);
  return {Origin{row.origin, row.origin_number}, *link};
}

Provenance provenance_of(SQLite::Database& database, std::int64_t id) {
  const auto entry = read_link(database, kOwnChain, id);
  if (!entry) throw BadRow("is not in the chain");
  require_sound(*entry, origin_of(database, kOwnChain));
  return provenance_of(database, *entry);
}

}  // namespace netmon
