// A cache of what was read from files that run (executables, scripts, mapped code), keyed by what
// tells one content of a file from another.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

namespace netmon {

// statx(2) of a file. Writing to a file moves its change time, which no program can set; a new file
// that reuses an inode number has another birth time.
struct FileVersion {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t changed_ns = 0;  // stx_ctime, nanoseconds since 1970
  std::int64_t born_ns = 0;     // stx_btime; 0 where the file system has none

  auto operator<=>(const FileVersion&) const = default;
};

struct FileContent {
  std::string sha256;       // 64 lowercase hexadecimal digits
  std::string interpreter;  // the interpreter that its bytes are, such as "python"; "" for none

  auto operator<=>(const FileContent&) const = default;
};

using ExecutableDigests = std::map<FileVersion, FileContent>;

}  // namespace netmon
