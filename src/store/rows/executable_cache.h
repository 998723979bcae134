// What earlier captures read from executables: a cache, so losing it only costs time.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "netmon/core/model/executable.h"

namespace netmon {

constexpr int kMaxExecutables = 4096;

// The remembered entries, without those whose digest is malformed. Throws SQLite::Exception.
ExecutableDigests read_executables(SQLite::Database& database);

// Remembers `executables` and forgets the oldest beyond kMaxExecutables. Throws SQLite::Exception.
void remember_executables(SQLite::Database& database, const ExecutableDigests& executables);

}  // namespace netmon
