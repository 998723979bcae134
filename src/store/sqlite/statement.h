// A prepared statement for reading many rows. SQLiteCpp's statement counts references for every
// column that it reads, which doubles the time to load a snapshot.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

namespace netmon {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// Throws SQLite::Exception.
StatementHandle prepare(sqlite3* database, const std::string& sql);

// Returns true where there is a row. Throws SQLite::Exception.
bool step(sqlite3_stmt* statement);

}  // namespace netmon
