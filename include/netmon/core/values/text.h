// Text from outside (process names, paths, arguments, namespace names) is hostile. It is made
// valid UTF-8 where it enters (sanitize) and made visible where it leaves (escape_controls).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {

// Bytes from the kernel as valid UTF-8 of at most `max_bytes`: each invalid byte, and NUL, becomes
// "\xNN", and a cut text ends in "…". Control characters stay: what is stored is what was seen.
std::string sanitize(std::string_view bytes, std::size_t max_bytes = 4096);

// Text for a terminal, a CSV cell, a log or a message: C0 and C1 controls, DEL, bidi marks,
// line and paragraph separators, zero-width and other format characters and invalid UTF-8 become
// visible ("\n", "\x1b", "\u202e"). Printable text, other scripts included, is unchanged.
std::string escape_controls(std::string_view text);

// "1 socket", "3 sockets".
std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural);

// "/usr/bin/cat (deleted)": a file that has no name any more is written as the kernel does.
std::string file_text(std::string_view path, bool deleted);

// "a, b, c": for one line, so the first 8 and "and 12 more".
std::string join_some(const std::vector<std::string>& values);

// What `text` makes of each value.
template <typename T, typename Text>
std::vector<std::string> texts_of(const std::vector<T>& values, Text text) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const T& value : values) texts.emplace_back(text(value));
  return texts;
}

// The text without the numbers that stand alone in it, by which "1 of 92 processes" and "2 of 90
// processes" are the same, and "netns:blue1" and "netns:blue2" are not.
std::string without_numbers(std::string_view text);

// Terminal columns that escaped UTF-8 text takes (East Asian wide characters take two).
std::size_t display_width(std::string_view text);

}  // namespace netmon
