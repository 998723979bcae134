// The sections of the HTML report, in the order in which they are read. Each begins with its <h2>.
#pragma once

#include <string>

#include "netmon/core/review/picture.h"
#include "netmon/core/review/review.h"

namespace netmon {

std::string captures_html(const Review& review);
std::string changes_html(const Review& review);
std::string picture_html(const Review& review, const Picture& picture);
std::string rules_html(const Review& review);     // "" without rules
std::string coverage_html(const Review& review);  // what could not be seen, and the method
std::string controls_html();
std::string evidence_html(const Review& review);  // the digests, and a box to sign

}  // namespace netmon
