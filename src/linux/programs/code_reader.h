// Reads the foreign code of a process: what it has mapped as code, and the variables of its loader.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "linux/procfs/process_reader.h"
#include "linux/programs/code_maps.h"
#include "linux/programs/executables.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

struct CodeRead {
  std::optional<Code> code;
  std::string gap;  // why there is none, or what is missing from it; "" where all was read
};

// Remembers which files are root's alone, because most processes map the same libraries. An object
// is for one thread.
class CodeReader {
 public:
  explicit CodeReader(FileContents& contents) : contents_(contents) {}

  // `process` is what open_living() returned for `found`, and `maps` what read_code_mappings() or
  // the file of maps gave.
  CodeRead read(int process, const FoundProcess& found, const ReadResult& maps);

 private:
  struct Judgement {
    bool foreign = false;
    bool deleted = false;
    std::optional<FileVersion> version;  // absent where the file could not be read
  };
  // Mount namespace, device, inode and path. A path has a meaning only within its mount namespace.
  using FileKey = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::string>;

  // Adds the file where it is foreign. Returns false where that could not be found out.
  bool add_file(Code& code, int process, const FoundProcess& found, const MappedFile& file);
  Judgement judge(int process, const FoundProcess& found, const MappedFile& file);

  FileContents& contents_;
  std::map<FileKey, Judgement> judged_;
};

// Upper bound on the bytes of /proc/PID/maps that are read. Where there are more, code counts as
// not read.
inline constexpr std::size_t kMaxMapsBytes = 16 * kMebibyte;

// The lines of /proc/PID/maps for executable mappings; before Linux 6.11, all its lines.
ReadResult read_code_mappings(int process);

}  // namespace netmon
