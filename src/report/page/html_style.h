// The inline style of the HTML report, and its entry in the page's Content-Security-Policy.
#pragma once

#include <string_view>

namespace netmon {

extern const std::string_view kHtmlStyle;

// "sha256-" and the Base64 of the SHA-256 of kHtmlStyle (CSP Level 3, section 2.3.1): only this
// style may apply. A test recomputes it.
extern const std::string_view kHtmlStyleHash;

}  // namespace netmon
