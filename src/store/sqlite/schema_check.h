// Compares tables, indexes, triggers and views with those that the migrations create.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <vector>

#include "netmon/core/review/evidence.h"

namespace netmon {

struct SchemaVerdict {
  std::vector<Flaw> flaws;    // objects that are missing, changed or not netmon's
  bool tables_sound = false;  // every table is as it was created, so its rows can be read
};

// Compares the schema with that of the version that the database claims. Reads no table's rows.
// Throws SQLite::Exception.
SchemaVerdict verify_schema(SQLite::Database& database);

}  // namespace netmon
