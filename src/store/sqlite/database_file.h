// The database as a file: where it is, and whether it may be opened, before SQLite sees it.
#pragma once

#include <filesystem>

namespace netmon {

// The resolved path of an existing, readable file with something in it. Changes nothing. Throws
// Error, its subject `path`.
std::filesystem::path existing_file(const std::filesystem::path& path);

// The resolved path of a file that may be written: made, with its folders, where it is missing
// (0600 and 0700 whatever the umask). Throws Error, its subject `path`; see path_trust.h for root.
std::filesystem::path writable_file(const std::filesystem::path& path);

}  // namespace netmon
