// Help for mistyped words.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace netmon {

// "did you mean 'reason'?" where a known word is close, else "it must be one of: change, match,
// reason". `known` must not be empty.
std::string help_with(std::string_view word, std::span<const std::string_view> known);

}  // namespace netmon
