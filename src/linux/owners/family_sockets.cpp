#include "linux/owners/family_sockets.h"

#include <algorithm>
#include <set>

namespace netmon {

std::vector<Socket> family_sockets(const DescriptorWalk& walk, std::span<const Netns> namespaces) {
  std::vector<Socket> sockets;
  std::set<std::uint64_t> seen;  // inodes: a socket has a row, however many hold it
  for (const Descriptor& held : walk.descriptors) {
    const bool is_listed =
        held.kind != DescriptorKind::socket || held.socket.protocol < Protocol::vsock;
    if (is_listed || held.inode > UINT32_MAX || !seen.insert(held.inode).second) continue;
    const auto netns = std::ranges::find(namespaces, held.socket.netns, &Netns::id);
    if (netns == namespaces.end()) continue;
    Socket row;
    row.inode = static_cast<std::uint32_t>(held.inode);
    row.netns = static_cast<std::uint32_t>(netns - namespaces.begin());
    row.protocol = held.socket.protocol;
    row.state = held.socket.state;
    row.link_protocol = held.socket.local.port;
    sockets.push_back(row);
  }
  return sockets;
}

}  // namespace netmon
