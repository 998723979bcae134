// From a revision to the number of a stored snapshot.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>

#include "netmon/revision.h"

namespace netmon {

// Throws Error, its subject the revision, when there is none, and says what there is.
std::int64_t find_snapshot(SQLite::Database& database, const Revision& revision);

}  // namespace netmon
