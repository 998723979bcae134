#include "store/chain/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace netmon {
namespace {

constexpr std::size_t kBufferBytes = 32'768;
constexpr std::size_t kMaxIntegerBytes = 20;
constexpr std::size_t kMaxEscapeBytes = 6;  // "\u001f"
constexpr std::size_t kPieceBytes = kBufferBytes / kMaxEscapeBytes;

// Whether SQLite's json_array() escapes the character.
constexpr bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// Returns the end of the written text.
char* write_escaped(char* out, char c) {
  constexpr std::string_view kShort = "\"\\\b\t\n\f\r";
  constexpr std::string_view kLetters = "\"\\btnfr";
  *out++ = '\\';
  if (const auto found = kShort.find(c); found != std::string_view::npos) {
    *out++ = kLetters[found];
    return out;
  }
  return fmt::format_to(out, "u{:04x}", static_cast<unsigned char>(c));
}

}  // namespace

RowDigest::RowDigest() : pending_(kBufferBytes) {}

void RowDigest::begin_row(std::string_view table) {
  put("[\"");
  put(table);
  put("\"");
}

void RowDigest::add_null() { put(",null"); }

void RowDigest::add_integer(std::int64_t value) {
  char* const begin = reserve(1 + kMaxIntegerBytes);
  *begin = ',';
  used_ += static_cast<std::size_t>(
      std::to_chars(begin + 1, begin + 1 + kMaxIntegerBytes, value).ptr - begin);
}

void RowDigest::add_text(std::string_view value) {
  put(",\"");
  while (!value.empty()) {
    const std::string_view piece = value.substr(0, kPieceBytes);
    value.remove_prefix(piece.size());
    char* const begin = reserve(piece.size() * kMaxEscapeBytes);
    char* out = begin;
    for (const char c : piece) {
      if (needs_escape(c)) {
        out = write_escaped(out, c);
      } else {
        *out++ = c;
      }
    }
    used_ += static_cast<std::size_t>(out - begin);
  }
  put("\"");
}

void RowDigest::end_row() { put("]\n"); }

void RowDigest::put(std::string_view few_bytes) {
  std::ranges::copy(few_bytes, reserve(few_bytes.size()));
  used_ += few_bytes.size();
}

char* RowDigest::reserve(std::size_t bytes) {
  if (used_ + bytes > pending_.size()) flush();
  return pending_.data() + used_;
}

void RowDigest::flush() {
  digest_.add({pending_.data(), used_});
  used_ = 0;
}

std::string RowDigest::finish() {
  flush();
  return "sha256:" + digest_.finish();
}

std::string salted_digest(std::string_view salt, std::string_view text) {
  Sha256 digest;
  digest.add(salt);
  digest.add(text);
  return digest.finish();
}

}  // namespace netmon
