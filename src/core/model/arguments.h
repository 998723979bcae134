// Splits a command line, as in Process::cmdline, into its arguments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {

// [begin, end)
struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const TextRange&) const = default;
};

// Understands the quotes that join_cmdline() writes: '…', and \' for a quote itself. Any text is
// accepted: in a title that a program gave itself, or in a line that was cut, a quote may stay open
// to the end.
class Arguments {
 public:
  static constexpr char kGap = '\0';  // stands between two arguments

  explicit Arguments(std::string_view command_line);

  // The arguments without their quotes.
  [[nodiscard]] const std::string& text() const { return text_; }

  // Returns the command line with `by`, which needs no quotes, in place of these sorted ranges of
  // text(). Quotes stay paired, so the text around the ranges is split as before; where that is
  // impossible, `by` replaces all the rest.
  [[nodiscard]] std::string replaced(const std::vector<TextRange>& ranges,
                                     std::string_view by) const;

 private:
  // The position of a character of text() in the command line, and whether it is in quotes.
  struct SourcePosition {
    TextRange range;
    bool quoted = false;
  };

  [[nodiscard]] TextRange source_of(const TextRange& range) const;

  std::string source_;
  std::string text_;
  std::vector<SourcePosition> positions_;  // one more than characters in text(): the end
};

}  // namespace netmon
