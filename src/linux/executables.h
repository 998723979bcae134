// SHA-256 of what runs: the files of processes that listen, connect outwards or hold a raw socket.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "linux/process_reader.h"
#include "netmon/executable.h"
#include "netmon/model.h"

namespace netmon {

// For each process, whether it owns a listener, an outbound connection or a raw socket. Pure.
std::vector<bool> exposed_processes(const Snapshot& snapshot);

struct HashedExecutables {
  ExecutableDigests digests;  // of these processes' files, known ones included
  ExecutableDigests fresh;    // of those, what was not known
  std::vector<Gap> gaps;      // processes whose file was not read, by the reason
};

// The files of the processes that are `wanted`, index by index. Read through /proc/PID/exe: what
// runs, whatever became of its name. One that is known is not opened; one that several processes
// run is read once.
HashedExecutables hash_executables(const std::string& proc_root,
                                   std::span<const FoundProcess> processes,
                                   const std::vector<bool>& wanted, const ExecutableDigests& known);

// Of a regular file, open for reading. `error` says why not; EAGAIN where it kept changing.
struct FileDigest {
  std::string sha256;  // 64 lowercase hexadecimal digits; "" on an error
  FileVersion version;
  int error = 0;
};
FileDigest digest_file(int fd);

}  // namespace netmon
