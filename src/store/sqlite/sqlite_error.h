// Turns SQLite's failures into messages for users.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <filesystem>

#include "netmon/core/values/error.h"

namespace netmon {

// `path` is the subject. `system_error` is sqlite3_system_errno(), or 0 where not known. Call it
// while this process holds no lock on the file (lock_holder.h).
Error to_error(const std::filesystem::path& path, const SQLite::Exception& exception,
               int system_error);

// Runs `work` and turns a failure of SQLite into an Error about `path`.
template <typename Work>
auto translating_errors(const std::filesystem::path& path, SQLite::Database& database, Work work) {
  try {
    return work();
  } catch (const SQLite::Exception& exception) {
    throw to_error(path, exception, sqlite3_system_errno(database.getHandle()));
  }
}

}  // namespace netmon
