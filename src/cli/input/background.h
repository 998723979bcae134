// What a review can add that is no part of the two snapshots: earlier snapshots, installed
// packages.
#pragma once

#include <string>
#include <vector>

#include "netmon/core/review/review.h"

namespace netmon::cli {

// One for each change of the comparison. Where there is no database, or AFTER is of another host,
// what cannot be had is left out: a report is complete without it.
std::vector<Background> background_of(const Comparison& comparison, const Snapshot& before,
                                      const std::string& db_option);

}  // namespace netmon::cli
