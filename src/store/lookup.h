// Finds the number of the stored snapshot that a revision names.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>

#include "netmon/core/model/revision.h"

namespace netmon {

// See Store::resolve().
std::int64_t find_snapshot(SQLite::Database& database, const Revision& revision,
                           const std::string& this_machine);

}  // namespace netmon
