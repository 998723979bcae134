// Finds the database file and checks whether it may be opened, before SQLite opens it.
#pragma once

#include <filesystem>

namespace netmon {

// The resolved path of an existing, readable file that is not empty. Changes nothing. Throws Error
// with the subject `path`.
std::filesystem::path existing_file(const std::filesystem::path& path);

// The resolved path of a writable file. Creates the file (0600) and its folders (0700) where they
// are missing, whatever the umask is. Throws Error with the subject `path`; path_trust.h says what
// root requires.
std::filesystem::path writable_file(const std::filesystem::path& path);

}  // namespace netmon
