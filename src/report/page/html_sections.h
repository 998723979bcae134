// The sections of the HTML report apart from its changes. Each begins with its <h2>.
#pragma once

#include <cstddef>
#include <string>

#include "netmon/core/review/picture.h"
#include "netmon/core/review/review.h"

namespace netmon {

// How many caveats a person reads. Decisive ones come first; the others are counted.
inline constexpr std::size_t kMaxPageCaveats = 200;

std::string coverage_html(const Review& review);  // all caveats
std::string captures_html(const Review& review);  // both captures, with digests
std::string sign_off_html(const Review& review);  // a box to sign

// The appendix.
std::string picture_html(const Review& review, const Picture& picture);
std::string rules_html(const Review& review);  // "" without rules
std::string method_html(const Review& review);
std::string controls_html();

}  // namespace netmon
