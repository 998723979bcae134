// The picture of a diff as inline SVG: who connects in, what listens, the host, whom it connects
// to.
#pragma once

#include <string>

#include "netmon/core/review/picture.h"

namespace netmon {

// A figure for each scope. Marks differ by sign and shape as well as by colour; the colours come
// from the page's style (html_style.h).
std::string picture_svg(const Picture& picture, const std::string& host);

}  // namespace netmon
