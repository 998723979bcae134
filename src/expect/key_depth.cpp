#include "expect/key_depth.h"

#include <algorithm>

namespace netmon {
namespace {

constexpr int kMaxDots = 32;  // per line and outside quotes: a key ends with its line

// The length of the quoted text at the start of `rest`, with its quotes. Text without an end
// extends to where the parser will refuse it: the end of the line or of the file.
std::size_t length_of_string(std::string_view rest) {
  const char quote = rest.front();
  const std::string_view triple = quote == '"' ? R"(""")" : "'''";
  const bool multi_line = rest.starts_with(triple);
  std::size_t i = multi_line ? 3 : 1;
  for (; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\') {
      ++i;
    } else if (multi_line ? rest.substr(i).starts_with(triple) : rest[i] == quote) {
      i += multi_line ? 3 : 1;
      break;
    } else if (!multi_line && rest[i] == '\n') {
      break;
    }
  }
  // A multi-line text may end in one or two quotes of its own.
  for (int own = 0; multi_line && own < 2 && i < rest.size() && rest[i] == quote; ++own) ++i;
  return std::min(i, rest.size());
}

}  // namespace

std::optional<std::uint32_t> line_with_deep_key(std::string_view text) {
  std::uint32_t line = 1;
  int dots = 0;
  while (!text.empty()) {
    std::size_t length = 1;
    switch (text.front()) {
      case '\n':
        ++line;
        dots = 0;
        break;
      case '#':
        length = std::min(text.find('\n'), text.size());
        break;
      case '.':
        if (++dots > kMaxDots) return line;
        break;
      case '"':
      case '\'':
        length = length_of_string(text);
        line += static_cast<std::uint32_t>(std::ranges::count(text.substr(0, length), '\n'));
        break;
      default:
        break;
    }
    text.remove_prefix(length);
  }
  return std::nullopt;
}

}  // namespace netmon
