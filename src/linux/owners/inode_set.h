// A set of socket inodes that answers "is this one wanted?" for every link that the owner walk
// reads.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace netmon {

// Uses open addressing, in a table that is at most half full. 0 is no inode and never in the set.
class InodeSet {
 public:
  explicit InodeSet(std::span<const std::uint32_t> inodes)
      : slots_(std::bit_ceil(inodes.size() * 2 + 1)) {
    for (const std::uint32_t inode : inodes) {
      if (inode != 0) slots_[slot_of(inode)] = inode;
    }
  }

  [[nodiscard]] bool contains(std::uint32_t inode) const {
    return inode != 0 && slots_[slot_of(inode)] == inode;
  }

 private:
  // The slot of `inode`, or the free slot where it belongs.
  [[nodiscard]] std::size_t slot_of(std::uint32_t inode) const {
    constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;  // spreads consecutive inodes
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = (inode * kGolden >> 32U) & mask;
    while (slots_[slot] != 0 && slots_[slot] != inode) slot = (slot + 1) & mask;
    return slot;
  }

  std::vector<std::uint32_t> slots_;
};

}  // namespace netmon
