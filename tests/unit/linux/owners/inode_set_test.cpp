#include "linux/owners/inode_set.h"

#include <doctest/doctest.h>

namespace netmon {

TEST_CASE("an inode set holds what it was given and nothing else") {
  std::vector<std::uint32_t> inodes;
  for (std::uint32_t i = 1; i <= 5000; ++i) inodes.push_back(i * 3);
  inodes.push_back(UINT32_MAX);
  inodes.push_back(3);  // twice
  const InodeSet set(inodes);
  for (const std::uint32_t inode : inodes) CHECK(set.contains(inode));
  for (std::uint32_t i = 1; i <= 5000; ++i) CHECK_FALSE(set.contains(i * 3 + 1));
}

TEST_CASE("inode 0 is in no set") {
  CHECK_FALSE(InodeSet(std::vector<std::uint32_t>{0, 5}).contains(0));
  CHECK_FALSE(InodeSet({}).contains(0));
  CHECK_FALSE(InodeSet({}).contains(1));
}

}  // namespace netmon
