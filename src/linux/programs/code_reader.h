// What a process has mapped as code, and what its loader was told.
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

// Remembers which libraries are root's alone: most processes have the same. For one thread.
class CodeReader {
 public:
  explicit CodeReader(FileContents& contents) : contents_(contents) {}

  // `process` is open_living() of `found`, `maps` what its file of that name holds, as far as it
  // was read.
  CodeRead read(int process, const FoundProcess& found, const ReadResult& maps);

 private:
  struct Judgement {
    bool foreign = false;
    bool deleted = false;
    std::optional<FileVersion> version;  // where the file could be looked at
  };
  // The mount namespace is a part of the key: paths mean what they do in it alone.
  using FileKey = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::string>;

  // False where the file could not be looked at.
  bool add_file(Code& code, int process, const FoundProcess& found, const MappedFile& file);
  Judgement judge(int process, const FoundProcess& found, const MappedFile& file);

  FileContents& contents_;
  std::map<FileKey, Judgement> judged_;
};

// The longest /proc/PID/maps that is looked through: some 10,000 mappings.
inline constexpr std::size_t kMaxMapsBytes = 16 * kMebibyte;

// The lines of the process's maps that tell of executable mappings; all lines before Linux 6.11.
ReadResult read_code_mappings(int process);

}  // namespace netmon
