#include "linux/owners/family_sockets.h"

#include <algorithm>
#include <set>
#include <utility>

namespace netmon {

namespace {

using VsockPort = std::pair<std::uint64_t, std::uint32_t>;  // namespace, port

std::set<VsockPort> vsock_listeners(const DescriptorWalk& walk) {
  std::set<VsockPort> ports;
  for (const Descriptor& held : walk.descriptors) {
    const HeldSocketFacts& socket = held.socket;
    const bool is_vsock = held.kind == DescriptorKind::socket && socket.protocol == Protocol::vsock;
    if (is_vsock && socket.state == State::listen) ports.emplace(socket.netns, socket.number);
  }
  return ports;
}

}  // namespace

std::vector<Socket> family_sockets(const DescriptorWalk& walk, std::span<const Netns> namespaces) {
  const std::set<VsockPort> listeners = vsock_listeners(walk);
  std::vector<Socket> sockets;
  std::set<std::uint64_t> seen;  // inodes, so that each socket has one row
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
    row.link_protocol = held.socket.number;
    // An accepted connection belongs to the listener's place, whatever the context id of its peer.
    const bool accepted = row.state == State::connected &&
                          listeners.contains({held.socket.netns, held.socket.number});
    if (row.protocol == Protocol::vsock && !accepted) row.device_index = held.socket.program_or_cid;
    sockets.push_back(row);
  }
  return sockets;
}

}  // namespace netmon
