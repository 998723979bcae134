// Colours of a report on a terminal: plain SGR sequences (ECMA-48), or none with Color::off.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "netmon/report/report.h"

namespace netmon {

enum class Style : std::uint8_t { plain, strong, good, bad, warning, mild, faint };

// `text` must already be escaped; it is not checked here.
std::string styled(std::string_view text, Style style, Color color);

Style style_of(Severity severity);

}  // namespace netmon
