#include "netmon/core/values/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace netmon {
namespace {

struct Decoded {
  std::uint32_t code_point = 0;
  std::size_t length = 0;  // in bytes; 0 for an invalid first byte
};

// Decodes one code point from the front of non-empty text: no overlong forms, no surrogates,
// nothing above U+10FFFF (RFC 3629).
Decoded decode(std::string_view text) {
  if (static_cast<std::uint8_t>(text.front()) < 0x80) {
    return {static_cast<std::uint8_t>(text.front()), 1};
  }
  utf8proc_int32_t code_point = -1;
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto available = static_cast<utf8proc_ssize_t>(std::min(text.size(), std::size_t{4}));
  const utf8proc_ssize_t length = utf8proc_iterate(bytes, available, &code_point);
  if (length <= 0) return {};
  return {static_cast<std::uint32_t>(code_point), static_cast<std::size_t>(length)};
}

// Whether a code point is invisible or moves the text around it: controls, format characters, line
// and paragraph separators, and all of Unicode's Default_Ignorable_Code_Point. Unassigned code
// points count too, because they have nothing to show.
bool is_deceptive(std::uint32_t c) {
  if (c >= 0x20 && c < 0x7f) return false;
  const auto code_point = static_cast<utf8proc_int32_t>(c);
  if (utf8proc_get_property(code_point)->ignorable != 0) return true;
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

void append_visible(std::string& out, std::uint32_t c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (c <= 0xff) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", c);
  } else if (c <= 0xffff) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
  } else {
    fmt::format_to(std::back_inserter(out), "\\U{:08x}", c);
  }
}

bool is_plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

std::string sanitize(std::string_view bytes, std::size_t max_bytes) {
  constexpr std::string_view kCut = "…";
  std::string out;
  out.reserve(bytes.size() < max_bytes ? bytes.size() : max_bytes);
  std::size_t safe = 0;  // the longest length of `out` that leaves space for the mark of a cut
  while (!bytes.empty()) {
    const Decoded next = decode(bytes);
    if (next.length == 0 || next.code_point == 0) {
      append_visible(out, static_cast<std::uint8_t>(bytes.front()));
      bytes.remove_prefix(1);
    } else {
      out += bytes.substr(0, next.length);
      bytes.remove_prefix(next.length);
    }
    if (out.size() + kCut.size() <= max_bytes) safe = out.size();
    if (out.size() > max_bytes) {
      out.resize(safe);
      if (safe + kCut.size() <= max_bytes) out += kCut;
      break;
    }
  }
  return out;
}

std::string escape_controls(std::string_view text) {
  if (is_plain_ascii(text)) return std::string(text);
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    const Decoded next = decode(text);
    if (next.length == 0) {
      append_visible(out, static_cast<std::uint8_t>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (is_deceptive(next.code_point)) {
      append_visible(out, next.code_point);
    } else {
      out += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return out;
}

std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", count, count == 1 ? singular : plural);
}

std::string file_text(std::string_view path, bool deleted) {
  return std::string(path) + (deleted ? " (deleted)" : "");
}

std::string join_some(const std::vector<std::string>& values) {
  constexpr std::size_t kMaxShown = 8;
  if (values.size() <= kMaxShown) return fmt::format("{}", fmt::join(values, ", "));
  return fmt::format("{} and {} more", fmt::join(values.begin(), values.begin() + kMaxShown, ", "),
                     values.size() - kMaxShown);
}

std::string without_numbers(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kBefore = " ([";
  constexpr std::string_view kAfter = " )],:;";
  std::string rest;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = std::min(text.find_first_not_of(kDigits, i), text.size());
    const bool begins = i == 0 || kBefore.find(text[i - 1]) != std::string_view::npos;
    const bool ends = end == text.size() || kAfter.find(text[end]) != std::string_view::npos;
    if (end > i && begins && ends) i = end;
    if (i < text.size()) rest += text[i];
  }
  return rest;
}

std::size_t display_width(std::string_view text) {
  if (is_plain_ascii(text)) return text.size();
  std::size_t width = 0;
  while (!text.empty()) {
    const Decoded next = decode(text);
    const int columns =
        next.length == 0 ? 1 : utf8proc_charwidth(static_cast<utf8proc_int32_t>(next.code_point));
    width += static_cast<std::size_t>(columns);
    text.remove_prefix(next.length == 0 ? 1 : next.length);
  }
  return width;
}

}  // namespace netmon
