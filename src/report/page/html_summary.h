// The head of the HTML report: what a reader must know first.
#pragma once

#include <string>

#include "netmon/core/review/review.h"

namespace netmon {

// Beyond these numbers, the head only counts what the page lists below.
inline constexpr std::size_t kMaxNamedChanges = 5;
inline constexpr std::size_t kMaxNamedCaveats = 5;

// The <h1>, the two captures, the verdict, what is not allowed and who did it, and what could not
// be seen.
std::string summary_html(const Review& review);

}  // namespace netmon
