// Who holds the sockets at a place, and what sets one holder apart from another.
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

// The holders at a place that go by one name.
struct NameGroup {
  std::uint32_t name = 0;
  std::vector<std::uint32_t> processes;  // indexes, oldest first; none for the kernel
};

struct Holders {
  std::vector<std::uint32_t> processes;  // indexes, sorted
  std::vector<std::uint32_t> programs;   // numbers of Programs, sorted; 0 is the kernel
  // Twice those numbers, and one more for a worker, whose parent holds the sockets too; sorted.
  std::vector<std::uint32_t> variants;
  // Why the holders of some could not be seen; each reason once.
  std::vector<GapCode> hidden;
  // Sockets that have none by nature, so that nothing is known of the program.
  std::optional<OwnerState> by_nature;

  [[nodiscard]] bool known() const { return !programs.empty(); }
  [[nodiscard]] bool any_hidden() const { return !hidden.empty(); }
};
Holders holders_of(const SnapshotSide& side, std::span<const Member> members);

// Whether the holder is one of a master's workers: its parent holds the sockets too.
bool is_worker(const Snapshot& snapshot, const Holders& holders, const Process& process);

// Sorted by name.
std::vector<NameGroup> groups_by_name(const Places& places, const SnapshotSide& side,
                                      const Holders& holders);

// The programs of one place on both sides, paired: by name, else as what they are under another
// one.
struct Pairing {
  std::vector<std::pair<NameGroup, NameGroup>> pairs;
  std::vector<NameGroup> gone;  // of BEFORE
  std::vector<NameGroup> come;  // of AFTER
};
Pairing pair_programs(const Places& places, std::vector<NameGroup> before,
                      std::vector<NameGroup> after);

// Whether two groups of one name, or of another, run the same program.
bool is_same_under_another_name(const Places& places, const NameGroup& before,
                                const NameGroup& after);

// The older of two processes has the lower key.
std::pair<std::uint64_t, std::uint32_t> age_of(const Process& process);

// Whether the process is one of BEFORE's holders, or descends from one that is, or from a holder of
// AFTER that stays. The service manager's descent counts in a unit that it has a socket unit for.
bool descends_from_holder(const Places& places, const Holders& before, const Holders& after,
                          std::uint32_t process);

// Whether a program that joins another's socket as its descendant is nothing new: no more privilege
// than the holders of BEFORE, no interpreter, no foreign code, and an executable that root alone
// can write and that was there before BEFORE was captured.
bool is_harmless(const Places& places, const Holders& before, std::uint32_t process);

}  // namespace netmon
