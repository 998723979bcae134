#include "report/text/markup.h"

#include <algorithm>

#include "netmon/core/values/text.h"

namespace netmon {
namespace {

std::string_view html_entity(char byte) {
  switch (byte) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

// A Markdown reader removes one space at each end of a code span, so text with spaces at both ends
// gets an extra one.
std::string code_span(std::string_view text) {
  const bool padded = text.starts_with(' ') && text.ends_with(' ');
  const std::string_view padding = padded ? " " : "";
  return std::string("`").append(padding).append(text).append(padding).append("`");
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char byte : escape_controls(text)) {
    const std::string_view entity = html_entity(byte);
    if (entity.empty()) {
      out += byte;
    } else {
      out += entity;
    }
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  const std::string escaped = escape_controls(text);
  std::string out;
  std::string_view rest = escaped;
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of("|`");
    const std::string_view span = rest.substr(0, end);
    if (!span.empty()) out += code_span(span);
    rest.remove_prefix(span.size());
    if (rest.empty()) break;
    out += rest.front() == '|' ? "&#124;" : "&#96;";
    rest.remove_prefix(1);
  }
  return out;
}

std::string markdown_words(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" ,:;()").find(c) != std::string_view::npos;
  });
  return plain ? std::string(text) : " " + markdown_code(text);
}

}  // namespace netmon
