// Which network namespaces of two snapshots are compared with each other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

inline constexpr std::uint32_t kNoSpace = UINT32_MAX;

// A space is the common home of a place's sockets on both sides. Within one boot a namespace is
// recognised by its cookie (else its inode), whatever its name is now, and has a space of its own.
// Otherwise namespaces of the same scope share a space, and are counted where there are several.
// Where some of a scope stay and others come or go, those that stay are in both spaces, so a new
// one counts as one more instance of the same workload.
struct Spaces {
  std::vector<Scope> scopes;          // by space: its name, as in BEFORE
  std::vector<bool> single;           // by space: at most one namespace on each side
  std::vector<std::uint32_t> before;  // the space of each namespace of BEFORE, by index
  std::vector<std::uint32_t> after;
  std::vector<std::uint32_t> also_before;  // the second space of each, or kNoSpace
  std::vector<std::uint32_t> also_after;
  std::vector<std::uint32_t> renamed;  // namespaces of AFTER whose name another one had before
};

Spaces pair_spaces(const Snapshot& before, const Snapshot& after);

// Whether both were taken in the same boot, as far as is known.
bool same_boot(const SnapshotInfo& a, const SnapshotInfo& b);

}  // namespace netmon
