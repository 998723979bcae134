// Parses numbers.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace netmon {

// The whole of `text` as a number; absent for anything else, an overflow included. Only a signed
// type takes a sign, and only '-'.
template <typename T>
std::optional<T> parse_number(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace netmon
