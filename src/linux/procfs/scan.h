// Taking text apart, field by field. Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "netmon/core/values/number.h"

namespace netmon {

// Cuts `text` at `separator` and takes the front off it; the last piece takes all.
inline std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return piece;
}

// The next word of a line whose words are separated by spaces and tabs; empty at its end.
inline std::string_view take_word(std::string_view& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace netmon
