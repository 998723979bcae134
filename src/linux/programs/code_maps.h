// Finds what a process has mapped as code, in /proc/PID/maps (proc_pid_maps(5)). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {

// A file that is mapped executable.
struct MappedFile {
  std::string range;         // "55d1c0a00000-55d1c0a21000": its first mapping, as in map_files
  std::uint64_t device = 0;  // that of the file system; stat(2) can give another
  std::uint64_t inode = 0;
  std::string path;  // as the kernel writes it: with " (deleted)" after it, a newline as "\012"

  bool operator==(const MappedFile&) const = default;
};

struct CodeMaps {
  std::vector<MappedFile> files;  // by address of the first mapping, each once
  bool anonymous = false;         // some executable memory has no file

  bool operator==(const CodeMaps&) const = default;
};

// Parses the text of /proc/PID/maps. Code that the kernel itself gives every process ("[vdso]" and
// the like) is left out, and so is a last line that was cut off.
CodeMaps parse_code_maps(std::string_view maps);

// Whether any mapping, executable or not, is of this file.
bool maps_file(std::string_view maps, std::uint64_t device, std::uint64_t inode);

}  // namespace netmon
