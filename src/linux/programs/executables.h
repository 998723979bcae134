// Reads the content of files: the SHA-256 of executables, scripts and mapped code, and which
// executables are interpreters.
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

// What was read of a regular file. `error` is 0 or the reason why it was not read: EINVAL where it
// is no regular file, EAGAIN where it kept changing, EFBIG where it is longer than `max_bytes`.
struct FileRead {
  FileContent content;
  FileVersion version;
  int error = 0;
};
FileRead read_content(int fd, std::uint64_t max_bytes = UINT64_MAX);

// The content of files. Each file is read once in a capture, and not at all where an earlier
// capture knew it. Two threads may share an object. `known` must outlive it.
class FileContents {
 public:
  explicit FileContents(const ExecutableDigests& known) : known_(known) {}

  struct Result {
    std::optional<FileContent> content;
    int error = 0;  // why there is none; EAGAIN where it is another file by now
  };

  // The content of the file that has `version`. Where it is not known yet, `path`, below `dir`, is
  // opened, which must lead to a regular file of that version.
  Result get(const FileVersion& version, int dir, const std::string& path,
             std::uint64_t max_bytes = UINT64_MAX);

  // The digests that were not known before.
  ExecutableDigests take_fresh() && { return std::move(fresh_); }

 private:
  std::optional<FileContent> find(const FileVersion& version);

  const ExecutableDigests& known_;
  std::mutex mutex_;  // guards `fresh_`
  ExecutableDigests fresh_;
};

// Why a file was not read: "it changed while it was read", "Permission denied".
std::string unread_reason(int error);

}  // namespace netmon
