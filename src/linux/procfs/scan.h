// Takes text apart, field by field. Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "netmon/core/values/number.h"

namespace netmon {

// Removes the front of `text` up to and including `separator` and returns it without the separator.
// Where there is none, that is all of `text`.
inline std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return piece;
}

// Removes and returns the next word, where words are separated by spaces and tabs. Empty at the
// end.
inline std::string_view take_word(std::string_view& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace netmon
