// The changes of the HTML report.
#pragma once

#include <cstddef>
#include <string>

#include "netmon/core/review/review.h"

namespace netmon {

// What people read and a browser lays out at once. What needs a decision comes first; of each
// status at least kMinPageRows stand there. The rest is counted.
inline constexpr std::size_t kMaxPageRows = 500;
inline constexpr std::size_t kMinPageRows = 25;

// A table for each status, under one <h2>.
std::string changes_html(const Review& review);

// What the kinds of change mean that this review has; "" where it has none.
std::string legend_html(const Review& review);

// "tcp <code>0.0.0.0:31337</code> in <code>netns:blue</code>".
std::string place_html(const Change& change);

}  // namespace netmon
