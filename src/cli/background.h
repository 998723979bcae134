// What a review can add that is no part of the two snapshots: earlier snapshots, installed
// packages.
#pragma once

#include <string>

#include "netmon/review.h"

namespace netmon::cli {

// Fills in ReviewedChange::background. Where there is no database, or AFTER is of another host,
// what cannot be had is left out: a report is complete without it.
void add_background(Review& review, const std::string& db_option);

}  // namespace netmon::cli
