// Opens netmon databases: checks that they are netmon's, migrates them, and sets SQLite up.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>

#include "store/sqlite/migrations.h"

namespace netmon {

constexpr std::int32_t kApplicationId = 0x6e6d6f6e;  // "nmon"
constexpr std::chrono::seconds kBusyTimeout{10};     // how long to wait for a locked database

enum class Access { read, write };

// Access::write creates the file if needed. Access::read creates nothing, and writes only to undo
// what a killed writer left; a database of an older schema is read as it is. Throws Error with the
// subject `path`.
SQLite::Database open_database(const std::filesystem::path& path, Access access,
                               std::span<const Migration> migrations);

// Applies the migrations that `database` lacks, each in its own transaction. Throws
// SQLite::Exception.
void migrate(SQLite::Database& database, std::span<const Migration> migrations);

}  // namespace netmon
