// A netmon database, open: recognised, of this program's schema, and set up for evidence.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>

#include "store/sqlite/migrations.h"

namespace netmon {

constexpr std::int32_t kApplicationId = 0x6e6d6f6e;  // "nmon"
constexpr std::chrono::seconds kBusyTimeout{10};     // what a locked database is waited for

enum class Access { read, write };

// Creates the file for Access::write, and nothing for Access::read, which writes only to undo what
// a killed writer left: an old database is read as it is. Throws Error, its subject `path`.
SQLite::Database open_database(const std::filesystem::path& path, Access access,
                               std::span<const Migration> migrations);

// Applies what `database` lacks, each step in a transaction of its own. Throws SQLite::Exception.
void migrate(SQLite::Database& database, std::span<const Migration> migrations);

}  // namespace netmon
