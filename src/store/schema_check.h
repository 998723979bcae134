// Tables, indices, triggers and views against those that the migrations make.
#pragma once

#include <sqlite3.h>

#include <vector>

#include "netmon/evidence.h"

namespace netmon {

struct SchemaVerdict {
  std::vector<Flaw> flaws;    // what is missing, changed or not netmon's
  bool tables_sound = false;  // every table is there as it was made: its rows can be read
};

// Of the schema that the database says it has. Reads no row of any table. Throws SQLite::Exception.
SchemaVerdict verify_schema(sqlite3* database);

// True where every view is written as in a migration: what they compute ends.
bool has_own_views_alone(sqlite3* database);

}  // namespace netmon
