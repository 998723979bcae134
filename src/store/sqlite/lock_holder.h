// Finds the process that holds a lock on an SQLite database.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace netmon {

// The errno of a failed query for locks on the file; 0 where the query works or the file cannot be
// opened. Like lock_holder(), only for a process that holds no lock on it.
int lock_failure(const std::filesystem::path& database);

// "netmon (pid 4711)"; absent where nobody holds a lock or the holder cannot be known (another pid
// namespace, another machine).
//
// Call it only while this process holds no lock on the file, because the query drops such locks
// (fcntl(2)).
std::optional<std::string> lock_holder(const std::filesystem::path& database);

}  // namespace netmon
