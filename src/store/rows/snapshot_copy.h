// Copies the rows of a snapshot from one database to another, table by table. Nothing of the source
// is run or copied byte for byte: each value is parsed and written as netmon writes it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "netmon/core/values/error.h"
#include "store/rows/row_reader.h"
#include "store/sqlite/sqlite_error.h"

namespace netmon {

// The database that snapshots are copied from.
struct Source {
  SQLite::Database& database;
  std::filesystem::path path;

  // Runs `work` and turns its failures into Errors about the source. Code that writes to the target
  // must stay outside, because its failures are not the source's.
  template <typename Work>
  [[nodiscard]] auto read(const std::string& subject, Work work) const {
    try {
      return translating_errors(path, database, work);
    } catch (const BadRow& bad_row) {
      throw Error(subject, bad_row.what(), ExitCode::integrity);
    }
  }
};

enum class CommandLines { as_they_are, masked };

// A snapshot and its numbers in both databases.
struct CopiedSnapshot {
  std::int64_t id = 0;             // in the source
  std::int64_t new_id = 0;         // in the target
  std::int64_t origin_number = 0;  // in the database that stored it first; part of its digest
  CommandLines command_lines = CommandLines::as_they_are;
};

// Call it within a transaction of the target, and one of the source that has verified the snapshot.
// Throws SQLite::Exception for the target and Error for the source, with ExitCode::integrity where
// what is written would not match the digest.
void copy_snapshot(const Source& source, SQLite::Database& target, const CopiedSnapshot& snapshot);

}  // namespace netmon
