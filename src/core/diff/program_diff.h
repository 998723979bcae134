// What differs between a program of BEFORE and the same program of AFTER, over all its holders.
#pragma once

#include <cstdint>
#include <vector>

#include "core/diff/holders.h"
#include "core/places/places.h"
#include "netmon/core/diff/diff.h"

namespace netmon {

struct ProgramDifference {
  ChangeKind kind = ChangeKind::executable_changed;
  Severity severity = Severity::high;
  std::vector<AttributeChange> attributes;
  std::vector<std::uint32_t> processes;  // of AFTER, that have the new values
};

// What one side could not read of it.
struct ProgramDoubt {
  GapCode code = GapCode::executables_not_hashed;
  Side side = Side::after;

  auto operator<=>(const ProgramDoubt&) const = default;
};

struct ProgramComparison {
  std::vector<ProgramDifference> differences;
  std::vector<ProgramDoubt> doubts;
};

// Two groups of holders that are one program. Those whose parent holds the socket too, the workers
// of a master, are compared with such as BEFORE had, where it had any.
ProgramComparison compare_program(const Places& places, const Holders& before, const Holders& after,
                                  const NameGroup& old, const NameGroup& now);

// Compares only who they run as, for holders that replace others.
ProgramComparison compare_privilege(const Places& places, const Holders& before,
                                    const Holders& after, const NameGroup& old,
                                    const NameGroup& now);

}  // namespace netmon
