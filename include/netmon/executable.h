// Digests of executables, remembered by what tells one content of a file from another.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace netmon {

// stat(2) of a file. Writing to a file moves its change time, which no program can set.
struct FileVersion {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t changed_ns = 0;  // st_ctim, nanoseconds since 1970

  auto operator<=>(const FileVersion&) const = default;
};

// SHA-256 as 64 lowercase hexadecimal digits.
using ExecutableDigests = std::map<FileVersion, std::string>;

}  // namespace netmon
