// Text from outside (process names, paths, arguments, namespace names) is not trusted. It is made
// valid UTF-8 where it enters (sanitize) and harmless where it leaves (escape_controls).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {

// Turns bytes from the kernel into valid UTF-8 of at most `max_bytes`: each invalid byte, and NUL,
// becomes "\xNN", and a cut text ends in "…". Control characters stay: what is stored is what was
// seen.
std::string sanitize(std::string_view bytes, std::size_t max_bytes = 4096);

// Text for a terminal, a CSV cell, a log or a message: C0 and C1 controls, DEL, bidi marks,
// line and paragraph separators, zero-width and other format characters and invalid UTF-8 become
// visible ("\n", "\x1b", "\u202e"). Printable text, other scripts included, is unchanged.
std::string escape_controls(std::string_view text);

// "1 socket", "3 sockets".
std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural);

// "/usr/bin/cat (deleted)": a file that has no name any more is written as the kernel writes it.
std::string file_text(std::string_view path, bool deleted);

// "a, b, c": on one line, so at most 8 values, then "and 12 more".
std::string join_some(const std::vector<std::string>& values);

// Applies `text` to each value.
template <typename T, typename Text>
std::vector<std::string> texts_of(const std::vector<T>& values, Text text) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const T& value : values) texts.emplace_back(text(value));
  return texts;
}

// Removes the numbers that stand alone in the text. "1 of 92 processes" and "2 of 90 processes"
// become equal, "netns:blue1" and "netns:blue2" do not.
std::string without_numbers(std::string_view text);

// The number of terminal columns of escaped UTF-8 text (East Asian wide characters take two).
std::size_t display_width(std::string_view text);

}  // namespace netmon
