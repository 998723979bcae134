#include "netmon/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cwchar>
#include <iterator>

namespace netmon {
namespace {

struct Decoded {
  std::uint32_t code_point = 0;
  std::size_t length = 0;  // in bytes; 0 for an invalid first byte
};

// One code point off the front of non-empty text, by the table of RFC 3629: no overlong forms, no
// surrogates, nothing above U+10FFFF.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  std::size_t length = 0;
  std::uint32_t smallest = 0;
  std::uint32_t value = 0;
  if ((lead & 0xe0U) == 0xc0) {
    length = 2, smallest = 0x80, value = lead & 0x1fU;
  } else if ((lead & 0xf0U) == 0xe0) {
    length = 3, smallest = 0x800, value = lead & 0x0fU;
  } else if ((lead & 0xf8U) == 0xf0) {
    length = 4, smallest = 0x10000, value = lead & 0x07U;
  }
  if (length == 0 || text.size() < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    value = (value << 6U) | (byte(i) & 0x3fU);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest || value > 0x10ffff || surrogate) return {};
  return {value, length};
}

struct CodePoints {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

// Invisible, or moves what stands around it: Unicode categories Cc, Cf, Zl and Zp, the variation
// selectors, fillers and tag characters, with what is reserved for more of them.
constexpr std::array kDeceptive{
    CodePoints{0x00, 0x1f},       CodePoints{0x7f, 0x9f},       CodePoints{0xad, 0xad},
    CodePoints{0x600, 0x605},     CodePoints{0x61c, 0x61c},     CodePoints{0x6dd, 0x6dd},
    CodePoints{0x70f, 0x70f},     CodePoints{0x890, 0x891},     CodePoints{0x8e2, 0x8e2},
    CodePoints{0x115f, 0x1160},   CodePoints{0x180b, 0x180f},   CodePoints{0x200b, 0x200f},
    CodePoints{0x2028, 0x202e},   CodePoints{0x2060, 0x206f},   CodePoints{0x3164, 0x3164},
    CodePoints{0xfe00, 0xfe0f},   CodePoints{0xfeff, 0xfeff},   CodePoints{0xffa0, 0xffa0},
    CodePoints{0xfff9, 0xfffb},   CodePoints{0x110bd, 0x110bd}, CodePoints{0x110cd, 0x110cd},
    CodePoints{0x13430, 0x1343f}, CodePoints{0x1bca0, 0x1bca3}, CodePoints{0x1d173, 0x1d17a},
    CodePoints{0xe0000, 0xe0fff}};

bool is_deceptive(std::uint32_t c) {
  if (c >= 0x20 && c < 0x7f) return false;
  const auto* const range = std::ranges::lower_bound(kDeceptive, c, {}, &CodePoints::last);
  return range != kDeceptive.end() && range->first <= c;
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
  std::size_t safe = 0;  // the length up to which `out` leaves room for the mark of a cut
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

std::string join_some(const std::vector<std::string>& values) {
  constexpr std::size_t kMost = 8;
  if (values.size() <= kMost) return fmt::format("{}", fmt::join(values, ", "));
  return fmt::format("{} and {} more", fmt::join(values.begin(), values.begin() + kMost, ", "),
                     values.size() - kMost);
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
  std::size_t width = 0;
  while (!text.empty()) {
    const Decoded next = decode(text);
    // wcwidth(3) knows the wide characters of the locale; without one it knows ASCII only, and a
    // character then counts as one column.
    const int columns = next.length == 0 ? 1 : ::wcwidth(static_cast<wchar_t>(next.code_point));
    width += columns < 0 ? 1 : static_cast<std::size_t>(columns);
    text.remove_prefix(next.length == 0 ? 1 : next.length);
  }
  return width;
}

}  // namespace netmon
