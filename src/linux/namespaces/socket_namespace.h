// The network namespace of a socket that another process holds.
#pragma once

#include <cstdint>

#include "linux/procfs/files.h"

namespace netmon {

// A socket that a process holds, by which its namespace can be entered.
struct SocketHandle {
  std::uint32_t pid = 0;
  std::uint32_t thread = 0;  // for a thread with a descriptor table of its own; else 0
  std::int32_t fd = -1;

  bool operator==(const SocketHandle&) const = default;
};

// By a copy of the socket (pidfd_getfd(2)), held for this moment alone. The error is ESRCH where
// the process or its socket is gone. Needs CAP_SYS_PTRACE and, for SIOCGSKNS, CAP_NET_ADMIN.
OpenResult open_namespace_of(const SocketHandle& handle);

// Whether a descriptor, as "7" in the open /proc/PID/fd `table`, is an Internet socket. Nothing is
// taken from the process for that: sockfs tells by an extended attribute.
bool is_internet_socket(int table, const char* name);

}  // namespace netmon
