// The changes of the HTML report.
#pragma once

#include <cstddef>
#include <string>

#include "netmon/core/review/review.h"

namespace netmon {

// How many changes a person reads, and a browser renders without delay. Changes that need a
// decision come first; of each group at least kMinPageRows are shown. The others are counted.
inline constexpr std::size_t kMaxPageRows = 500;
inline constexpr std::size_t kMinPageRows = 25;

// One table per status, under a common <h2>.
std::string changes_html(const Review& review);

// Explains the kinds of change in this review; "" where there are none.
std::string legend_html(const Review& review);

// "tcp <code>0.0.0.0:31337</code> in <code>netns:blue</code>".
std::string place_html(const Change& change);

}  // namespace netmon
