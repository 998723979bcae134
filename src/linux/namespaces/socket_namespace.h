// Opens the network namespace of a socket that another process holds.
#pragma once

#include <cstdint>

#include "linux/procfs/files.h"

namespace netmon {

// A socket that a process holds, by which its namespace can be entered.
struct SocketHandle {
  std::uint32_t pid = 0;
  std::uint32_t thread = 0;  // set for a thread with a descriptor table of its own; else 0
  std::int32_t fd = -1;

  bool operator==(const SocketHandle&) const = default;
};

// Opens the namespace by means of a copy of the socket (pidfd_getfd(2)), which is closed before
// this returns. The error is ESRCH where the process or its socket is gone. Needs CAP_SYS_PTRACE
// and, for SIOCGSKNS, CAP_NET_ADMIN.
OpenResult open_namespace_of(const SocketHandle& handle);

// Whether descriptor `name`, such as "7", is an Internet socket. `table` is an open /proc/PID/fd.
// The socket is not copied for that: an extended attribute of sockfs names its protocol.
bool is_internet_socket(int table, const char* name);

}  // namespace netmon
