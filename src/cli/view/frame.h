// The content of the screen as lines of text with a look. The view makes it from the model, and the
// screen draws it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netmon::cli {

enum class Look : std::uint8_t { plain, strong, faint, bad, warning, good, mild };

struct Span {
  std::string text;  // escaped, see span_of()
  Look look = Look::plain;

  bool operator==(const Span&) const = default;
};

// Makes a span of text, escaped to be safe for a terminal.
Span span_of(std::string_view text, Look look = Look::plain);

struct Line {
  std::vector<Span> spans;
  bool reversed = false;  // in reverse video over the whole width, as a bar

  bool operator==(const Line&) const = default;
};

struct Cursor {
  std::size_t line = 0;
  std::size_t column = 0;

  bool operator==(const Cursor&) const = default;
};

struct Frame {
  std::vector<Line> lines;       // at most as many as the screen has
  std::optional<Cursor> cursor;  // set where text is typed; else the cursor is hidden
};

struct FrameSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// The width in terminal columns.
std::size_t width_of(const Line& line);

// The line, cut off at `columns`.
Line cut_line(Line line, std::size_t columns);

// A line of `columns` with `left` at its beginning and `right` at its end. Where both do not fit,
// `left` is cut off.
Line justified(Line left, const Line& right, std::size_t columns);

// Text after a label, broken at spaces into lines of `columns`.
std::vector<Line> labelled(std::string_view label, std::string_view text, std::size_t columns,
                           Look look = Look::plain);

// UTF-8 text without its last character.
std::string without_last_character(std::string text);

// The longest end of an escaped text that is narrower than `columns` (1 or more).
std::string end_of(std::string text, std::size_t columns);

}  // namespace netmon::cli
