// What earlier captures found out about executables. A cache: losing it costs time.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "netmon/core/model/executable.h"

namespace netmon {

constexpr int kMaxExecutables = 4096;

// What is remembered; an entry whose digest cannot be one is left out. Throws SQLite::Exception.
ExecutableDigests read_executables(SQLite::Database& database);

// Remembers `executables`, and forgets the oldest beyond kMaxExecutables. Throws SQLite::Exception.
void remember_executables(SQLite::Database& database, const ExecutableDigests& executables);

}  // namespace netmon
