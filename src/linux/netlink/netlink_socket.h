// Netlink sockets of the calling thread's network namespace, see netlink(7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "linux/netlink/netlink_reader.h"
#include "linux/procfs/files.h"

namespace netmon {

// The kernel fills at most 32 KiB a datagram (netlink_dump() in af_netlink.c).
inline constexpr std::size_t kNetlinkBytes = 64 * kKibibyte;

OpenResult open_netlink(int protocol);

// Sends a request to the kernel. Returns 0 or errno.
int send_netlink(int netlink, Bytes request);

struct Datagram {
  Bytes bytes;
  int error = 0;
};

// Receives the next datagram that the kernel itself sent. Datagrams from other processes, which may
// write to this port too, are skipped.
Datagram receive_netlink(int netlink, std::span<std::byte> buffer);

// SO_NETNS_COOKIE of the calling thread's namespace (since Linux 5.14); 0 where the kernel has
// none.
std::uint64_t read_netns_cookie();

}  // namespace netmon
