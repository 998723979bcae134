// Files that a command writes, whole or not at all. root is kept from what others may have planted
// (output_folder.h).
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace netmon::cli {

// All throw Error or SystemError naming `path`.

// Replaces `path` by a file with this text. What is no regular file (a pipe, /dev/null) is written
// to as it is.
void replace_file(const std::string& path, std::string_view text);

// Throws where there is something at `path`. Called before long work; write_new_file() does not
// rely on it.
void require_no_file(const std::string& path);

// Makes a file (0600) with these bytes; throws where there is something already. `check` is called
// with the path of the finished file before it has its name; when it throws, there is no file.
void write_new_file(const std::string& path, std::span<const std::byte> bytes,
                    const std::function<void(const std::string& path)>& check);

// Throws Error, its subject `path`, where it is the file of the database in use, by whatever name,
// or one of those that SQLite keeps beside it.
void require_other_than_database(const std::string& path, const std::filesystem::path& database);

}  // namespace netmon::cli
