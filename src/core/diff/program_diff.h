// The differences between a program of BEFORE and the same program of AFTER, over all its holders.
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
  std::vector<std::uint32_t> processes;  // processes of AFTER with the new values
};

// Something about the program that one side could not read.
struct ProgramDoubt {
  GapCode code = GapCode::executables_not_hashed;
  Side side = Side::after;

  auto operator<=>(const ProgramDoubt&) const = default;
};

struct ProgramComparison {
  std::vector<ProgramDifference> differences;
  std::vector<ProgramDoubt> doubts;
};

// Compares two groups of holders of one program. Workers of a master, whose parent holds the socket
// too, are compared with BEFORE's workers where it had any.
ProgramComparison compare_program(const Places& places, const Holders& before, const Holders& after,
                                  const NameGroup& old, const NameGroup& now);

// Compares only the privileges, for holders that replace others.
ProgramComparison compare_privilege(const Places& places, const Holders& before,
                                    const Holders& after, const NameGroup& old,
                                    const NameGroup& now);

}  // namespace netmon
