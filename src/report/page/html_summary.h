// The head of the HTML report: what a reader has to know before anything else.
#pragma once

#include <string>

#include "netmon/core/review/review.h"

namespace netmon {

// Beyond these the head says how many more the page lists below.
inline constexpr std::size_t kMaxNamedChanges = 5;
inline constexpr std::size_t kMaxNamedCaveats = 5;

// The <h1>, what was compared, the verdict, what is not allowed and who did it, what could not be
// seen.
std::string summary_html(const Review& review);

}  // namespace netmon
