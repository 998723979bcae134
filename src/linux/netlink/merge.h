// Makes the rows of a snapshot from what was read: merges both passes and joins sockets with their
// owners. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "linux/owners/owners.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// The union of two passes over the same tables. Rows are matched by namespace and cookie; where the
// source has no cookie, by protocol, inode and addresses. A socket that both passes have keeps its
// row of the first one, because the search for owners used that row. A row that one pass has twice
// is kept once.
class SocketUnion {
 public:
  void reserve(std::size_t rows);

  // `netns` becomes Socket::netns. `pass`: first_pass_only or second_pass_only.
  void add(std::uint32_t netns, std::span<const Socket> rows, Presence pass);

  [[nodiscard]] const std::vector<Socket>& rows() const { return rows_; }
  std::vector<Socket> take() && { return std::move(rows_); }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;

  // The slot of the row with the key of `socket`, or the free slot where it belongs.
  [[nodiscard]] std::size_t slot_of(const Socket& socket) const;
  void grow();

  std::vector<Socket> rows_;
  std::vector<std::uint32_t> slots_;  // open addressing, at most half full
};

// Whether the owner walk saw all processes.
enum class ProcessView : std::uint8_t { complete, incomplete };

// The part of `held` for the socket with this inode. `held` is sorted by inode.
std::span<const HeldSocket> holders_of(std::span<const HeldSocket> held, std::uint32_t inode);

// Sets each socket's owners, its owner state and, where known, its port choice. Returns
// Snapshot::owners, grouped in the order of `sockets`. `held` is sorted by inode.
std::vector<Owner> attach_owners(std::vector<Socket>& sockets, std::span<const HeldSocket> held,
                                 ProcessView view);

// The sorted inodes of the sockets that nobody in `held` holds, without those that had gone by the
// second pass.
std::vector<std::uint32_t> wanted_inodes(std::span<const Socket> sockets,
                                         std::span<const HeldSocket> held);

}  // namespace netmon
