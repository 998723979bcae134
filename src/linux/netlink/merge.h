// Makes a snapshot's rows of what was read. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "linux/owners/owners.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// The union of two passes over the same tables, by namespace and cookie; where the source has no
// cookie, by all that the row says. A socket in both keeps its row of the first pass: its owners
// were looked for with that. A row that one pass has twice is one.
class SocketUnion {
 public:
  void reserve(std::size_t rows);

  // `netns` becomes Socket::netns. `pass`: first_pass_only or second_pass_only.
  void add(std::uint32_t netns, std::span<const Socket> rows, Presence pass);

  [[nodiscard]] const std::vector<Socket>& rows() const { return rows_; }
  std::vector<Socket> take() && { return std::move(rows_); }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;

  // The position at which the row with the key of `socket` is, or would be.
  [[nodiscard]] std::size_t slot_of(const Socket& socket) const;
  void grow();

  std::vector<Socket> rows_;
  std::vector<std::uint32_t> slots_;  // open addressing, at most half full
};

// Whether the owner walk saw all processes there are.
enum class ProcessView : std::uint8_t { complete, incomplete };

// Who holds the socket with this inode, of `held`, which is sorted by inode.
std::span<const HeldSocket> holders_of(std::span<const HeldSocket> held, std::uint32_t inode);

// Sets each socket's owners and why it has them, and how it came by its port; returns
// Snapshot::owners, grouped in the order of `sockets`. `held` is sorted by inode.
std::vector<Owner> attach_owners(std::vector<Socket>& sockets, std::span<const HeldSocket> held,
                                 ProcessView view);

// The inodes, sorted, of the sockets that are still there and that nobody in `held` holds.
std::vector<std::uint32_t> wanted_inodes(std::span<const Socket> sockets,
                                         std::span<const HeldSocket> held);

}  // namespace netmon
