// The owner walk: which processes hold the wanted sockets, by the descriptor tables in /proc.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "linux/proc_parse.h"
#include "netmon/model.h"

namespace netmon {

struct HeldSocket {
  std::uint32_t inode = 0;
  Owner owner;  // its process is an index into OwnerWalk::processes

  auto operator<=>(const HeldSocket&) const = default;
};

// A network namespace that a process holds open.
struct HeldNamespace {
  std::uint64_t id = 0;  // inode on nsfs
  std::string path;      // below the proc root, as long as the process holds it

  bool operator==(const HeldNamespace&) const = default;
};

struct OwnerWalk {
  std::vector<Process> processes;  // owners and their ancestors, by pid and start
  std::vector<HeldSocket> held;    // by inode, then the oldest process first; one per process
  std::vector<HeldNamespace> namespaces;
  std::uint64_t seen = 0;           // processes that /proc lists
  std::uint64_t not_permitted = 0;  // of those: descriptors not, or not all, readable
  std::uint64_t vanished = 0;       // of those: gone before they were read
  int error = 0;                    // errno of the first that was not permitted
};

// A clock tick since boot as a point in time.
struct BootClock {
  std::chrono::nanoseconds boot{};  // of boot, since the Unix epoch
  std::int64_t ticks_per_second = 100;

  // To 10 ms, so that one process has one start in all captures: between two of them `boot` wanders
  // only by what the clock was corrected. A clock that was set anew moves all starts alike, which
  // is why a process is identified by its ticks.
  [[nodiscard]] Timestamp at(std::uint64_t ticks) const;
};

// `proc_root` is "/proc", or what stands for it. Throws SystemError where that cannot be listed.
OwnerWalk find_owners(const std::string& proc_root, std::span<const std::uint32_t> inodes,
                      const UserNames& users, const BootClock& clock);

// Adds what a later walk found; processes found twice are one.
OwnerWalk merge_walks(OwnerWalk first, OwnerWalk second);

}  // namespace netmon
