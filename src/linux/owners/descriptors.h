// The descriptor tables of one process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linux/owners/inode_set.h"

namespace netmon {

struct SocketDescriptor {
  std::uint32_t inode = 0;
  std::uint32_t thread = 0;  // for a thread with a table of its own; else 0
  std::int32_t fd = -1;      // -1: held by an io_uring of the process, without a descriptor

  auto operator<=>(const SocketDescriptor&) const = default;
};

struct NamespaceDescriptor {
  std::uint64_t id = 0;
  std::string path;  // below the process's folder, as "fd/7"

  bool operator==(const NamespaceDescriptor&) const = default;
};

// Whether Internet sockets that are not wanted are looked into. Where all that is in a table is
// wanted, such a one is unbound, or lives in a namespace that was not read.
enum class Strangers : std::uint8_t { ignore, place };

// An Internet socket that is not wanted.
struct StrangerDescriptor {
  std::uint32_t thread = 0;  // as above
  std::int32_t fd = -1;

  bool operator==(const StrangerDescriptor&) const = default;
};

struct DescriptorScan {
  std::vector<SocketDescriptor> sockets;  // the wanted ones, as often as they are there
  std::vector<NamespaceDescriptor> namespaces;
  std::vector<StrangerDescriptor> strangers;
  int error = 0;  // errno of the first descriptor or table that could not be read
};

// `process` is an open /proc/PID. Such a descriptor stays with its process: when that has ended,
// every look through it fails with ESRCH, whoever has the pid by then.
DescriptorScan scan_descriptors(int process, std::uint32_t pid, const InodeSet& wanted,
                                Strangers strangers);

}  // namespace netmon
