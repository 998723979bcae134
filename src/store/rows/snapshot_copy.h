// The rows of a snapshot from one database to another, table by table. Nothing of the source runs
// or is taken over as it lies there: each value is read as what it must be and written as netmon
// does.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "netmon/core/values/error.h"
#include "store/rows/row_reader.h"
#include "store/sqlite/sqlite_error.h"

namespace netmon {

// The database that snapshots come from.
struct Source {
  SQLite::Database& database;
  std::filesystem::path path;

  // Runs `work`, whose failures are Errors about the source. Those of the target are not: what
  // writes there stays outside.
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

// The snapshot, and its number at both ends.
struct CopiedSnapshot {
  std::int64_t id = 0;             // in the source
  std::int64_t new_id = 0;         // in the target
  std::int64_t origin_number = 0;  // in the database that it was stored in first: in its digest
  CommandLines command_lines = CommandLines::as_they_are;
};

// Call it within a transaction of the target, and one of the source that has shown the snapshot to
// be sound. Throws SQLite::Exception for the target, Error for the source: with ExitCode::integrity
// where what is written would not match the digest.
void copy_snapshot(const Source& source, SQLite::Database& target, const CopiedSnapshot& snapshot);

}  // namespace netmon
