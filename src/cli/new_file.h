// Files that are made, never replaced.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace netmon::cli {

// Throws Error where there is something at `path`. Called before long work; write_new_file() does
// not rely on it.
void require_no_file(const std::string& path);

// Makes a file (0600) with these bytes, whole or not at all. Throws SystemError naming `path`; also
// where there is something already. `check` is called with the path of the finished file before it
// has its name; when it throws, there is no file.
void write_new_file(const std::string& path, std::span<const std::byte> bytes,
                    const std::function<void(const std::string& path)>& check);

}  // namespace netmon::cli
