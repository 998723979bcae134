#include "linux/netlink/merge.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace netmon {
namespace {

// Whether two rows are of one socket. A cookie is unique within one boot and stays with the socket
// from its handshake to its TIME_WAIT, whatever else changes.
bool same_key(const Socket& a, const Socket& b) {
  if (a.netns != b.netns || a.cookie != b.cookie) return false;
  if (a.cookie != 0) return true;
  return std::tie(a.protocol, a.inode, a.link_protocol, a.local, a.remote) ==
         std::tie(b.protocol, b.inode, b.link_protocol, b.local, b.remote);
}

std::size_t hash_of(const Socket& socket) {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
  const std::uint64_t number = socket.cookie != 0 ? socket.cookie : socket.inode;
  return static_cast<std::size_t>((number ^ std::uint64_t{socket.netns} << 48U) * kGolden >> 20U);
}

// Why a socket without a struct file (inode 0) has no owner: no process can have a descriptor of
// it.
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

void SocketUnion::reserve(std::size_t rows) { rows_.reserve(rows); }

void SocketUnion::add(std::uint32_t netns, std::span<const Socket> rows, Presence pass) {
  for (Socket socket : rows) {
    socket.netns = netns;
    socket.presence = pass;
    if (slots_.size() < 2 * (rows_.size() + 1)) grow();
    std::uint32_t& slot = slots_[slot_of(socket)];
    if (slot == kFree) {
      slot = static_cast<std::uint32_t>(rows_.size());
      rows_.push_back(socket);
    } else if (rows_[slot].presence != pass) {
      rows_[slot].presence = Presence::both;
    }
  }
}

std::size_t SocketUnion::slot_of(const Socket& socket) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash_of(socket) & mask;
  while (slots_[slot] != kFree && !same_key(rows_[slots_[slot]], socket)) slot = (slot + 1) & mask;
  return slot;
}

void SocketUnion::grow() {
  constexpr std::size_t kMinSlots = 1024;
  slots_.assign(std::max(kMinSlots, std::bit_ceil(4 * (rows_.size() + 1))), kFree);
  for (std::uint32_t i = 0; i < rows_.size(); ++i) slots_[slot_of(rows_[i])] = i;
}

std::span<const HeldSocket> holders_of(std::span<const HeldSocket> held, std::uint32_t inode) {
  if (inode == 0) return {};
  const auto [begin, end] =
      std::equal_range(held.begin(), held.end(), HeldSocket{inode, {}, {}},
                       [](const HeldSocket& a, const HeldSocket& b) { return a.inode < b.inode; });
  return {begin, end};
}

std::vector<Owner> attach_owners(std::vector<Socket>& sockets, std::span<const HeldSocket> held,
                                 ProcessView view) {
  std::vector<Owner> owners;
  owners.reserve(held.size());
  for (Socket& socket : sockets) {
    socket.first_owner = static_cast<std::uint32_t>(owners.size());
    for (const HeldSocket& holder : holders_of(held, socket.inode)) {
      owners.push_back(holder.owner);
      if (holder.port_choice) socket.port_choice = holder.port_choice;
    }
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

}  // namespace netmon
