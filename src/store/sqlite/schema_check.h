// Tables, indices, triggers and views against those that the migrations make.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <vector>

#include "netmon/core/review/evidence.h"

namespace netmon {

struct SchemaVerdict {
  std::vector<Flaw> flaws;    // what is missing, changed or not netmon's
  bool tables_sound = false;  // every table is there as it was made: its rows can be read
};

// Compares the schema with the one that the database says it has. Reads no row of any table. Throws
// SQLite::Exception.
SchemaVerdict verify_schema(SQLite::Database& database);

}  // namespace netmon
