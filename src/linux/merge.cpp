#include "linux/merge.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace netmon {
namespace {

// Two rows of one socket have equal keys. A cookie is unique in a boot and stays with the socket
// from its handshake to its TIME_WAIT, whatever else changes.
struct RowKey {
  std::uint32_t netns = 0;
  std::uint64_t cookie = 0;
  // Only where the cookie is 0:
  Protocol protocol = Protocol::tcp;
  std::uint32_t inode = 0;
  std::uint16_t link_protocol = 0;
  Endpoint local;
  Endpoint remote;

  bool operator==(const RowKey&) const = default;
};

RowKey key_of(const Socket& socket) {
  RowKey key;
  key.netns = socket.netns;
  key.cookie = socket.cookie;
  if (socket.cookie != 0) return key;
  key.protocol = socket.protocol;
  key.inode = socket.inode;
  key.link_protocol = socket.link_protocol;
  key.local = socket.local;
  key.remote = socket.remote;
  return key;
}

struct RowHash {
  std::size_t operator()(const RowKey& key) const {
    constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
    const std::uint64_t number = key.cookie != 0 ? key.cookie : key.inode;
    return static_cast<std::size_t>((number ^ std::uint64_t{key.netns} << 48U) * kGolden);
  }
};

// Of a socket without a struct file, inode 0, for which no process can have a descriptor.
OwnerState state_without_file(const Socket& socket) {
  switch (socket.state) {
    case State::time_wait:
      return OwnerState::time_wait;
    case State::syn_recv:
      return OwnerState::request;
    case State::established:
    case State::close_wait:
      return OwnerState::pending_accept;
    default:
      return OwnerState::orphan;
  }
}

OwnerState state_without_owner(const Socket& socket, ProcessView view) {
  if (socket.inode == 0) return state_without_file(socket);
  if (socket.presence == Presence::first_pass_only) return OwnerState::vanished;
  if (view == ProcessView::incomplete) return OwnerState::not_permitted;
  return socket.presence == Presence::both ? OwnerState::no_process : OwnerState::vanished;
}

}  // namespace

std::vector<Socket> merge_passes(std::vector<Socket> first, std::vector<Socket> second) {
  std::unordered_map<RowKey, std::size_t, RowHash> index_of;
  index_of.reserve(first.size() + first.size() / 8);
  std::vector<Socket> merged;
  merged.reserve(first.size() + first.size() / 8);
  for (Socket& socket : first) {
    if (!index_of.emplace(key_of(socket), merged.size()).second) continue;
    socket.presence = Presence::first_pass_only;
    merged.push_back(socket);
  }
  for (Socket& socket : second) {
    const auto [at, added] = index_of.emplace(key_of(socket), merged.size());
    if (added) {
      socket.presence = Presence::second_pass_only;
      merged.push_back(socket);
    } else if (merged[at->second].presence == Presence::first_pass_only) {
      merged[at->second].presence = Presence::both;
    }
  }
  return merged;
}

std::vector<Owner> attach_owners(std::vector<Socket>& sockets, std::span<const HeldSocket> held,
                                 ProcessView view) {
  std::vector<Owner> owners;
  for (Socket& socket : sockets) {
    socket.first_owner = static_cast<std::uint32_t>(owners.size());
    const auto [begin, end] =
        socket.inode == 0 ? std::pair(held.end(), held.end())
                          : std::equal_range(held.begin(), held.end(), HeldSocket{socket.inode, {}},
                                             [](const HeldSocket& a, const HeldSocket& b) {
                                               return a.inode < b.inode;
                                             });
    for (auto at = begin; at != end; ++at) owners.push_back(at->owner);
    socket.owner_count = static_cast<std::uint32_t>(owners.size()) - socket.first_owner;
    socket.owner_state =
        socket.owner_count > 0 ? OwnerState::held : state_without_owner(socket, view);
  }
  return owners;
}

std::vector<std::uint32_t> wanted_inodes(std::span<const Socket> sockets,
                                         std::span<const HeldSocket> held) {
  std::vector<std::uint32_t> inodes;
  for (const Socket& socket : sockets) {
    if (socket.inode == 0 || socket.presence == Presence::first_pass_only) continue;
    inodes.push_back(socket.inode);
  }
  std::sort(inodes.begin(), inodes.end());
  inodes.erase(std::unique(inodes.begin(), inodes.end()), inodes.end());
  std::erase_if(inodes, [held](std::uint32_t inode) {
    const auto at = std::lower_bound(
        held.begin(), held.end(), inode,
        [](const HeldSocket& socket, std::uint32_t wanted) { return socket.inode < wanted; });
    return at != held.end() && at->inode == inode;
  });
  return inodes;
}

void sort_sockets(std::vector<Socket>& sockets) {
  const auto key = [](const Socket& s) {
    return std::tie(s.netns, s.protocol, s.state, s.local.address, s.remote.address, s.local.port,
                    s.remote.port, s.cookie, s.inode);
  };
  std::sort(sockets.begin(), sockets.end(),
            [&](const Socket& a, const Socket& b) { return key(a) < key(b); });
}

}  // namespace netmon
