// Writes the files of a command, completely or not at all. Root is protected from links and files
// that others may have planted (output_folder.h).
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace netmon::cli {

// All functions throw Error or SystemError naming `path`.

// Replaces `path` by a file with this text. A pipe or a device (/dev/null) is not replaced but
// written to.
void replace_file(const std::string& path, std::string_view text);

// Throws where there is something at `path`. To be called before long work; write_new_file() does
// not rely on it.
void require_no_file(const std::string& path);

// Creates a file (mode 0600) with these bytes; throws where there is something already. `check` is
// called with the path of the finished file before that gets its name; where it throws, there is no
// file.
void write_new_file(const std::string& path, std::span<const std::byte> bytes,
                    const std::function<void(const std::string& path)>& check);

// Throws Error with the subject `path` where that is the file of the database in use, by whatever
// name, or one of the files that SQLite keeps next to it.
void require_other_than_database(const std::string& path, const std::filesystem::path& database);

}  // namespace netmon::cli
