#include "netmon/report/text_fit.h"

#include <algorithm>
#include <vector>

#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::string_view kEllipsis = "…";

// A code point with the zero-width code points that follow it.
struct Glyph {
  std::string bytes;
  std::size_t columns = 0;
};

bool continues_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::vector<Glyph> glyphs_of(std::string_view text) {
  std::vector<Glyph> glyphs;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = begin + 1;
    while (end < text.size() && continues_code_point(text[end])) ++end;
    const std::string_view code_point = text.substr(begin, end - begin);
    const std::size_t columns = display_width(code_point);
    if (columns == 0 && !glyphs.empty()) {
      glyphs.back().bytes += code_point;
    } else {
      glyphs.push_back({std::string(code_point), columns});
    }
    begin = end;
  }
  return glyphs;
}

// How many glyphs of [first, last) fit into `columns`.
template <typename Iterator>
std::ptrdiff_t fitting(Iterator first, Iterator last, std::size_t columns) {
  Iterator end = first;
  for (; end != last && end->columns <= columns; ++end) columns -= end->columns;
  return end - first;
}

template <typename Iterator>
std::string join(Iterator first, Iterator last) {
  std::string text;
  for (; first != last; ++first) text += first->bytes;
  return text;
}

class Wrapper {
 public:
  explicit Wrapper(std::size_t width) : width_(width) {}

  void add(std::string_view word) {
    const std::size_t columns = display_width(word);
    const std::size_t space = lines_.empty() ? 0 : 1;
    if (!lines_.empty() && columns_ + space + columns <= width_) {
      lines_.back().append(" ").append(word);
      columns_ += space + columns;
    } else if (columns <= width_) {
      lines_.emplace_back(word);
      columns_ = columns;
    } else {
      add_broken(word);
    }
  }

  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  void add_broken(std::string_view word) {
    const std::vector<Glyph> glyphs = glyphs_of(word);
    auto rest = glyphs.begin();
    while (rest != glyphs.end()) {
      const auto end = rest + std::max<std::ptrdiff_t>(1, fitting(rest, glyphs.end(), width_));
      lines_.push_back(join(rest, end));
      rest = end;
    }
    columns_ = display_width(lines_.back());
  }

  std::size_t width_;
  std::size_t columns_ = 0;  // of the last line
  std::vector<std::string> lines_;
};

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  Wrapper wrapper(width);
  std::size_t begin = 0;
  while (true) {
    const std::size_t space = text.find(' ', begin);
    wrapper.add(text.substr(begin, space - begin));
    if (space == std::string_view::npos) return wrapper.lines();
    begin = space + 1;
  }
}

}  // namespace

std::string cut_to(std::string_view escaped, std::size_t columns, Cut cut) {
  if (display_width(escaped) <= columns) return std::string(escaped);
  const std::vector<Glyph> glyphs = glyphs_of(escaped);
  const std::size_t kept = columns - 1;
  const std::size_t tail = cut == Cut::middle ? kept / 2 : 0;
  const auto head_end = glyphs.begin() + fitting(glyphs.begin(), glyphs.end(), kept - tail);
  const auto tail_begin = glyphs.end() - fitting(glyphs.rbegin(), glyphs.rend(), tail);
  return join(glyphs.begin(), head_end).append(kEllipsis).append(join(tail_begin, glyphs.end()));
}

std::string paragraph(std::string_view prefix, std::string_view text, std::size_t width) {
  const std::string escaped = escape_controls(text);
  const std::size_t indent = display_width(prefix);
  const std::size_t columns = width > indent ? width - indent : 1;
  const auto lines = width == 0 ? std::vector{escaped} : wrap(escaped, columns);
  std::string out(prefix);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out.append(indent, ' ');
    out.append(lines[i]).append("\n");
  }
  return out;
}

}  // namespace netmon
