#include "netmon/core/review/evidence.h"

#include <algorithm>
#include <array>

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kDocumentKinds{"expectations"sv, "signature"sv};
constexpr std::size_t kSha256Digits = 64;

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::string_view to_string(DocumentKind kind) {
  return kDocumentKinds.at(static_cast<std::size_t>(kind));
}

std::optional<DocumentKind> parse_document_kind(std::string_view text) {
  const auto found = std::ranges::find(kDocumentKinds, text);
  if (found == kDocumentKinds.end()) return std::nullopt;
  return static_cast<DocumentKind>(found - kDocumentKinds.begin());
}

bool is_digest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + kSha256Digits &&
         std::ranges::all_of(text.substr(kPrefix.size()), is_lower_hex);
}

}  // namespace netmon
