#include "cli/view/frame.h"

#include <algorithm>
#include <utility>

#include "netmon/core/values/text.h"
#include "netmon/report/text_fit.h"

namespace netmon::cli {
namespace {

bool continues_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

Span span_of(std::string_view text, Look look) { return {escape_controls(text), look}; }

std::size_t width_of(const Line& line) {
  std::size_t width = 0;
  for (const Span& span : line.spans) width += display_width(span.text);
  return width;
}

Line cut_line(Line line, std::size_t columns) {
  Line kept{{}, line.reversed};
  for (Span& span : line.spans) {
    if (columns == 0) break;
    span.text = cut_to(span.text, columns, Cut::end);
    columns -= std::min(columns, display_width(span.text));
    kept.spans.push_back(std::move(span));
  }
  return kept;
}

Line justified(Line left, const Line& right, std::size_t columns) {
  const std::size_t taken = std::min(width_of(right), columns);
  const std::size_t columns_left = columns - taken;
  left = cut_line(std::move(left), columns_left > 1 ? columns_left - 1 : 0);
  left.spans.push_back({std::string(columns_left - std::min(columns_left, width_of(left)), ' ')});
  for (const Span& span : cut_line(right, taken).spans) left.spans.push_back(span);
  return left;
}

std::vector<Line> labelled(std::string_view label, std::string_view text, std::size_t columns,
                           Look look) {
  const std::string wrapped = paragraph(label, text, std::max<std::size_t>(columns, 1));
  std::vector<Line> lines;
  for (std::size_t begin = 0; begin < wrapped.size();) {
    const std::size_t end = wrapped.find('\n', begin);
    const std::string line = wrapped.substr(begin, end - begin);
    const std::size_t prefix = lines.empty() ? label.size() : 0;
    lines.push_back({{{line.substr(0, prefix), Look::faint}, {line.substr(prefix), look}}});
    begin = end + 1;
  }
  return lines;
}

std::string without_last_character(std::string text) {
  while (!text.empty() && continues_code_point(text.back())) text.pop_back();
  if (!text.empty()) text.pop_back();
  return text;
}

std::string end_of(std::string text, std::size_t columns) {
  while (!text.empty() && display_width(text) >= columns) {
    std::size_t next = 1;
    while (next < text.size() && continues_code_point(text[next])) ++next;
    text.erase(0, next);
  }
  return text;
}

}  // namespace netmon::cli
