// The inline style of the HTML report, and what the page's Content-Security-Policy lets in.
#pragma once

#include <string_view>

namespace netmon {

extern const std::string_view kHtmlStyle;

// "sha256-" and the Base64 of the SHA-256 of kHtmlStyle (CSP Level 3, section 2.3.1): the style and
// nothing else may apply. A test computes it anew.
extern const std::string_view kHtmlStyleHash;

}  // namespace netmon
