// Reads what a report adds that is no part of the two snapshots: earlier snapshots and installed
// packages.
#pragma once

#include <string>
#include <vector>

#include "netmon/core/review/review.h"

namespace netmon::cli {

// One entry for each change of the comparison. What is not available, because there is no database
// or AFTER is of another host, is left out: a report is complete without it.
std::vector<Background> background_of(const Comparison& comparison, const Snapshot& before,
                                      const std::string& db_option);

}  // namespace netmon::cli
