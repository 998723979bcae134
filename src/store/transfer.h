// Transfers snapshots between databases, with the links that prove them.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "netmon/core/review/evidence.h"
#include "store/rows/snapshot_copy.h"

namespace netmon {

// See Store::export_image(). `source` must be in a transaction.
std::vector<std::byte> export_snapshots(const Source& source, const std::vector<std::int64_t>& ids,
                                        const std::vector<Document>& documents, const Actor& actor);

// See Store::import_from(); `path` is that of `database`. Throws SQLite::Exception for `database`.
std::vector<ImportedSnapshot> import_snapshots(SQLite::Database& database,
                                               const std::filesystem::path& path,
                                               const std::filesystem::path& file,
                                               const Actor& actor, const Progress& progress);

}  // namespace netmon
