#pragma once

#include <string_view>

namespace netmon {

std::string_view version();  // "0.1.0"

}  // namespace netmon
