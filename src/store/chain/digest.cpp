#include "store/chain/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "netmon/core/values/error.h"

namespace netmon {
namespace {

constexpr std::size_t kBufferBytes = 32'768;
constexpr std::size_t kMaxIntegerBytes = 20;
constexpr std::size_t kMaxEscapeBytes = 6;  // "\u001f"
constexpr std::size_t kPieceBytes = kBufferBytes / kMaxEscapeBytes;

void require(int openssl_result) {
  if (openssl_result != 1) throw Error("libcrypto", "cannot compute SHA-256");
}

// What SQLite's json_array() does not write as it is.
constexpr bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// Returns the end of what was written.
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

DigestContext new_context() {
  DigestContext context(EVP_MD_CTX_new());
  require(context == nullptr ? 0 : EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr));
  return context;
}

void update(evp_md_ctx_st* context, std::string_view bytes) {
  require(EVP_DigestUpdate(context, bytes.data(), bytes.size()));
}

// Behind `prefix`, in lower-case hexadecimal.
std::string finish_as_hex(evp_md_ctx_st* context, std::string_view prefix) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  require(EVP_DigestFinal_ex(context, bytes.data(), &size));
  std::string text(prefix);
  for (const unsigned char byte : std::span(bytes).first(size)) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xfU];
  }
  return text;
}

}  // namespace

void FreeDigestContext::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

RowDigest::RowDigest() : pending_(kBufferBytes), context_(new_context()) {}

void RowDigest::begin_row(std::string_view table) {
  put("[\"");
  put(table);
  put("\"");
}

void RowDigest::add_null() { put(",null"); }

void RowDigest::add_integer(std::int64_t value) {
  char* const begin = room_for(1 + kMaxIntegerBytes);
  *begin = ',';
  used_ += static_cast<std::size_t>(
      std::to_chars(begin + 1, begin + 1 + kMaxIntegerBytes, value).ptr - begin);
}

void RowDigest::add_text(std::string_view value) {
  put(",\"");
  while (!value.empty()) {
    const std::string_view piece = value.substr(0, kPieceBytes);
    value.remove_prefix(piece.size());
    char* const begin = room_for(piece.size() * kMaxEscapeBytes);
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
  std::ranges::copy(few_bytes, room_for(few_bytes.size()));
  used_ += few_bytes.size();
}

char* RowDigest::room_for(std::size_t bytes) {
  if (used_ + bytes > pending_.size()) flush();
  return pending_.data() + used_;
}

void RowDigest::flush() {
  update(context_.get(), {pending_.data(), used_});
  used_ = 0;
}

std::string RowDigest::finish() {
  flush();
  return finish_as_hex(context_.get(), "sha256:");
}

SaltedDigest::SaltedDigest() : context_(new_context()) {}

std::string SaltedDigest::of(std::string_view salt, std::string_view text) {
  update(context_.get(), salt);
  update(context_.get(), text);
  std::string digest = finish_as_hex(context_.get(), "");
  require(EVP_DigestInit_ex(context_.get(), nullptr, nullptr));  // for the next
  return digest;
}

}  // namespace netmon
