// Who holds the sockets at a place, and what tells holders apart.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/places/places.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// The holders at a place that have the same name.
struct NameGroup {
  std::uint32_t name = 0;
  std::vector<std::uint32_t> processes;  // indexes, oldest first; empty for the kernel
};

struct Holders {
  std::vector<std::uint32_t> processes;  // indexes, sorted
  std::vector<std::uint32_t> programs;   // numbers of Programs, sorted; 0 is the kernel
  // Twice each program's number, plus one for a worker, whose parent holds the sockets too; sorted.
  std::vector<std::uint32_t> variants;
  // Why the holders of some sockets could not be seen, without repeats.
  std::vector<GapCode> hidden;
  // Set where sockets have no holder by nature, so nothing is known about the program.
  std::optional<OwnerState> by_nature;

  [[nodiscard]] bool known() const { return !programs.empty(); }
  [[nodiscard]] bool any_hidden() const { return !hidden.empty(); }
};
Holders holders_of(const SnapshotSide& side, std::span<const Member> members);

// Whether the holder is a worker of a master process: its parent holds the sockets too.
bool is_worker(const Snapshot& snapshot, const Holders& holders, const Process& process);

// Sorted by name.
std::vector<NameGroup> groups_by_name(const Places& places, const SnapshotSide& side,
                                      const Holders& holders);

// The programs of one place on both sides, in pairs: of the same name, else of the same program
// under two names.
struct Pairing {
  std::vector<std::pair<NameGroup, NameGroup>> pairs;
  std::vector<NameGroup> removed;  // programs of BEFORE
  std::vector<NameGroup> added;    // programs of AFTER
};
Pairing pair_programs(const Places& places, std::vector<NameGroup> before,
                      std::vector<NameGroup> after);

// Whether two groups of any names run the same program.
bool is_same_under_another_name(const Places& places, const NameGroup& before,
                                const NameGroup& after);

// A sort key that is lower for the older of two processes.
std::pair<std::uint64_t, std::uint32_t> age_of(const Process& process);

// Whether the process is one of BEFORE's holders, or descends from one or from a holder of AFTER
// that BEFORE had as well. Descent from the service manager counts only if the process's unit has a
// socket unit.
bool descends_from_holder(const Places& places, const Holders& before, const Holders& after,
                          std::uint32_t process);

// Whether a descendant that joins its ancestor's socket adds no risk: no more privilege than the
// holders of BEFORE, no interpreter, no foreign code, and an executable that only root can write
// and that is older than BEFORE.
bool is_harmless(const Places& places, const Holders& before, std::uint32_t process);

}  // namespace netmon
