// Who holds a lock on an SQLite database.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace netmon {

// "netmon (pid 4711)", or nothing where nobody does or it cannot be known (another pid namespace,
// another machine).
//
// Call it only while this process holds no lock on the file: looking drops them (fcntl(2)).
std::optional<std::string> lock_holder(const std::filesystem::path& database);

}  // namespace netmon
