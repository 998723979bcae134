// Help for who mistypes a word.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace netmon {

// "did you mean 'reason'?" where one of the words is near, else "there are: change, match, reason".
std::string help_with(std::string_view word, std::span<const std::string_view> known);

}  // namespace netmon
