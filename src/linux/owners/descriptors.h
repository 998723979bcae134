// Scans the descriptor tables of one process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linux/owners/inode_set.h"

namespace netmon {

struct SocketDescriptor {
  std::uint32_t inode = 0;
  std::uint32_t thread = 0;  // set for a thread with a table of its own; else 0
  std::int32_t fd = -1;      // -1: held by an io_uring of the process, without a descriptor

  auto operator<=>(const SocketDescriptor&) const = default;
};

struct NamespaceDescriptor {
  std::uint64_t id = 0;
  std::string path;  // below the process's folder, as "fd/7"

  bool operator==(const NamespaceDescriptor&) const = default;
};

// Whether Internet sockets that are not wanted (strangers) are noted, to find the namespace that
// each lives in. Where every socket in the tables is wanted, a stranger is unbound or lives in a
// namespace that was not read.
enum class Strangers : std::uint8_t { ignore, locate };

// A stranger.
struct StrangerDescriptor {
  std::uint32_t thread = 0;  // as in SocketDescriptor
  std::int32_t fd = -1;

  bool operator==(const StrangerDescriptor&) const = default;
};

struct DescriptorScan {
  std::vector<SocketDescriptor> sockets;  // wanted sockets, one entry for each descriptor
  std::vector<NamespaceDescriptor> namespaces;
  std::vector<StrangerDescriptor> strangers;
  int error = 0;  // errno of the first descriptor or table that could not be read
};

// `process` is an open /proc/PID. Such a descriptor stays with its process: once the process has
// ended, every access through it fails with ESRCH, even where the pid has been reused.
DescriptorScan scan_descriptors(int process, std::uint32_t pid, const InodeSet& wanted,
                                Strangers strangers);

}  // namespace netmon
