#include "expect/section.h"

#include <fmt/format.h>

#include <algorithm>

#include "netmon/core/values/error.h"
#include "netmon/core/values/nearest.h"

namespace netmon {

void refuse(const std::string& file, std::uint32_t line, const std::string& cause) {
  throw Error(fmt::format("{}:{}", file, line), cause);
}

void Section::refuse(std::string_view key, const std::string& cause, const toml::node* at) const {
  netmon::refuse(file_, at == nullptr ? line() : at->source().begin.line,
                 fmt::format("{}{}: {}", prefix_, key, cause));
}

void Section::require_known_keys(std::span<const std::string_view> known) const {
  for (const auto& [key, node] : table_) {
    if (std::ranges::find(known, key.str()) == known.end()) {
      refuse(key.str(), "there is no such key; " + help_with(key.str(), known), &node);
    }
  }
}

std::optional<std::string> Section::text(std::string_view key, std::size_t max_bytes) const {
  const toml::node* const node = find(key);
  if (node == nullptr) return std::nullopt;
  std::string text = as_text(key, *node, max_bytes);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) refuse(key, "is empty", node);
  return text;
}

bool Section::truth(std::string_view key) const {
  const toml::node* const node = find(key);
  if (node == nullptr) return false;
  const toml::value<bool>* const value = node->as_boolean();
  if (value == nullptr) refuse(key, "is neither true nor false", node);
  return value->get();
}

std::string Section::as_text(std::string_view key, const toml::node& node,
                             std::size_t max_bytes) const {
  const toml::value<std::string>* const value = node.as_string();
  if (value == nullptr) refuse(key, "is not text in quotes", &node);
  const std::string& text = value->get();
  if (text.empty()) refuse(key, "is empty", &node);
  if (text.size() > max_bytes) {
    refuse(key, fmt::format("is longer than {} bytes", max_bytes), &node);
  }
  if (text.find('\0') != std::string::npos) refuse(key, "contains a NUL", &node);
  return text;
}

}  // namespace netmon
