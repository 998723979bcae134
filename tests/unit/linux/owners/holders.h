// The holders of a socket that a walk found, in a form that tests can compare.
#pragma once

#include <cstdint>
#include <vector>

#include "linux/owners/owners.h"

namespace netmon {

struct Holder {
  std::uint32_t pid;
  std::uint32_t thread;
  std::int32_t fd;
  bool operator==(const Holder&) const = default;
};

inline std::vector<Holder> holders(const OwnerWalk& walk, std::uint32_t inode) {
  std::vector<Holder> found;
  for (const HeldSocket& held : walk.held) {
    if (held.inode != inode) continue;
    const Process& process = walk.processes[held.owner.process].process;
    found.push_back({process.pid, held.owner.thread, held.owner.fd});
  }
  return found;
}

}  // namespace netmon
