// The process that holds a lock on an SQLite database.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace netmon {

// The errno with which the file cannot be asked for its locks; 0 where it can, or where it cannot
// be opened. As with lock_holder(), only for a process that holds no lock on it.
int lock_failure(const std::filesystem::path& database);

// "netmon (pid 4711)", or nothing where nobody does or it cannot be known (another pid namespace,
// another machine).
//
// Call it only while this process holds no lock on the file: looking drops them (fcntl(2)).
std::optional<std::string> lock_holder(const std::filesystem::path& database);

}  // namespace netmon
