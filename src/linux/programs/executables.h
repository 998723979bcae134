// What is in files: the SHA-256 of executables, scripts and mapped code, and which executables are
// interpreters.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "linux/procfs/files.h"
#include "netmon/core/model/executable.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Tells for each process whether it owns a listener, an outbound connection or a raw socket. Pure.
std::vector<bool> exposed_processes(const Snapshot& snapshot);

// What was read of a regular file, open for reading. `error` says why it was not; EAGAIN where it
// kept changing, EFBIG where it is longer than `max_bytes`.
struct FileRead {
  FileContent content;
  FileVersion version;
  int error = 0;
};
FileRead read_content(int fd, std::uint64_t max_bytes = UINT64_MAX);

// What files contain, each read once in a capture and not at all where an earlier one knew it. Two
// threads can share it; it outlives none of what it is given.
class FileContents {
 public:
  explicit FileContents(const ExecutableDigests& known) : known_(known) {}

  struct Result {
    std::optional<FileContent> content;
    int error = 0;  // why there is none; EAGAIN where the file is another by now
  };

  // The digest of the file that had `version` when it was looked at. `path`, below `dir`, is opened
  // where nothing is known of it yet; it must lead to a regular file.
  Result get(const FileVersion& version, int dir, const std::string& path,
             std::uint64_t max_bytes = UINT64_MAX);

  // What was not known before.
  ExecutableDigests take_fresh() && { return std::move(fresh_); }

 private:
  std::optional<FileContent> find(const FileVersion& version);

  const ExecutableDigests& known_;
  std::mutex mutex_;  // of what follows
  ExecutableDigests fresh_;
};

// "it changed while it was read", "Permission denied"
std::string unread_reason(int error);

}  // namespace netmon
