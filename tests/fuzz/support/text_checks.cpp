#include "text_checks.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace netmon::fuzz {
namespace {

// Takes one code point off the front; absent if the bytes are not valid UTF-8 (RFC 3629).
std::optional<std::uint32_t> take_code_point(std::string_view& text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) return std::nullopt;
  std::uint32_t value = length == 1 ? lead : lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<std::uint8_t>(text[i]);
    if (next < 0x80 || next > 0xbf) return std::nullopt;
    value = value << 6U | (next & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10ffff) return std::nullopt;
  if (value >= 0xd800 && value <= 0xdfff) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

bool moves_text(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Reads a page as an XML reader would, except for the elements that HTML leaves open.
class Page {
 public:
  explicit Page(std::string_view page) : rest_(page) {}

  bool read() {
    constexpr std::string_view kDoctype = "<!DOCTYPE html>";
    if (rest_.starts_with(kDoctype)) rest_.remove_prefix(kDoctype.size());
    while (!rest_.empty()) {
      const char next = rest_.front();
      if (next == '<' ? !read_tag() : !read_text()) return false;
    }
    return open_.empty();
  }

 private:
  std::string_view take_until(std::string_view ends) {
    const std::string_view taken = rest_.substr(0, rest_.find_first_of(ends));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  static bool entities_are_whole(std::string_view text) {
    constexpr std::array<std::string_view, 8> kEntities{"amp", "lt",   "gt",   "quot",
                                                        "#39", "nbsp", "#124", "#96"};
    for (auto at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
      const std::string_view rest = text.substr(at + 1);
      if (!is_among(kEntities, rest.substr(0, rest.find(';')))) return false;
    }
    return true;
  }

  bool read_text() {
    const std::string_view text = take_until("<");
    return in_style() || (entities_are_whole(text) && text.find('>') == std::string_view::npos);
  }

  [[nodiscard]] bool in_style() const { return !open_.empty() && open_.back() == "style"; }

  bool read_tag() {
    take('<');
    if (take('/')) {
      const std::string_view name = take_until(">");
      if (open_.empty() || open_.back() != name) return false;
      open_.pop_back();
      return take('>');
    }
    const std::string_view name = take_until(" />\n");
    constexpr std::array<std::string_view, 9> kActive{"script", "img",   "iframe", "link", "form",
                                                      "object", "embed", "a",      "input"};
    if (name.empty() || is_among(kActive, name)) return false;
    while (take(' ') || take('\n')) {
      if (!read_attribute()) return false;
    }
    const bool closes_itself = take('/');
    constexpr std::array<std::string_view, 3> kVoid{"meta", "br", "hr"};
    if (!closes_itself && !is_among(kVoid, name)) open_.push_back(name);
    return take('>');
  }

  bool read_attribute() {
    const std::string_view name = take_until("= />");
    if (name.empty() || name.starts_with("on") || name == "style" || name == "href") return false;
    if (!take('=')) return true;
    if (!take('"')) return false;
    const std::string_view value = take_until("\"");
    return entities_are_whole(value) && value.find_first_of("<>") == std::string_view::npos &&
           take('"');
  }

  std::string_view rest_;
  std::vector<std::string_view> open_;
};

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (!take_code_point(text)) return false;
  }
  return true;
}

bool is_harmless(std::string_view text, Lines lines) {
  while (!text.empty()) {
    const auto next = take_code_point(text);
    if (!next) return false;
    if (*next == '\n' && lines == Lines::many) continue;
    if (moves_text(*next)) return false;
  }
  return true;
}

bool is_inert_html(std::string_view page) { return Page(page).read(); }

}  // namespace netmon::fuzz
