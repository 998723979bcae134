// The picture of a diff as inline SVG: who connects in, what listens, the host, and whom it
// connects to.
#pragma once

#include <string>

#include "netmon/core/review/picture.h"

namespace netmon {

// One figure per scope. Marks differ in sign and shape as well as in colour; the colours come from
// the page's style (html_style.h).
std::string picture_svg(const Picture& picture, const std::string& host);

}  // namespace netmon
