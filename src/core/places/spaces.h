// Which network namespaces of two snapshots are compared with each other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

inline constexpr std::uint32_t kNoSpace = UINT32_MAX;

// The same space on both sides is what sockets of the same place live in. In one boot a namespace
// is itself, by its cookie (else its inode), whatever it is called now; otherwise namespaces of the
// same scope share a space, and are counted where there are several. Where some of a scope stay and
// others come or go, those that stay are in both: what comes is an instance more of what was there.
struct Spaces {
  std::vector<Scope> scopes;          // by space: what it is called, as BEFORE has it
  std::vector<bool> single;           // by space: one namespace on each side at most
  std::vector<std::uint32_t> before;  // the space of each namespace of BEFORE, by index
  std::vector<std::uint32_t> after;
  std::vector<std::uint32_t> also_before;  // the second space of each, or kNoSpace
  std::vector<std::uint32_t> also_after;
  std::vector<std::uint32_t> renamed;  // namespaces of AFTER whose name was another's before
};

Spaces pair_spaces(const Snapshot& before, const Snapshot& after);

// Both were taken between the same start of the host and its end, as far as is known.
bool same_boot(const SnapshotInfo& a, const SnapshotInfo& b);

}  // namespace netmon
