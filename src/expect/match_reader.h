// Reads the match table of a rule.
#pragma once

#include "expect/section.h"
#include "netmon/core/review/expectations.h"

namespace netmon {

// Throws Error for an unknown key, a bad value, or a table without a criterion.
Match read_match(const Section& section);

// Reads the place of the gap that a rule is about.
Match read_gap_match(const Section& section);

}  // namespace netmon
