// One table of a file of expectations, read strictly: every error names file, line and key.
#pragma once

#include <toml++/toml.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netmon {

// Throws Error with the subject "FILE:LINE".
[[noreturn]] void refuse(const std::string& file, std::uint32_t line, const std::string& cause);

constexpr std::size_t kMaxListed = 1000;  // values in a list

class Section {
 public:
  // `prefix` precedes the keys in messages: "" or "match.".
  Section(const std::string& file, const toml::table& table, std::string prefix = {})
      : file_(file), table_(table), prefix_(std::move(prefix)) {}

  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const toml::table& table() const { return table_; }
  [[nodiscard]] std::uint32_t line() const { return table_.source().begin.line; }
  [[nodiscard]] const toml::node* find(std::string_view key) const { return table_.get(key); }

  // Throws Error with the line of `at`, or of the section where `at` is null.
  [[noreturn]] void refuse(std::string_view key, const std::string& cause,
                           const toml::node* at = nullptr) const;

  // Throws Error for the first key that is not in `known`.
  void require_known_keys(std::span<const std::string_view> known) const;

  // A text for people, which must not be blank. Absent where the key is.
  [[nodiscard]] std::optional<std::string> text(std::string_view key, std::size_t max_bytes) const;
  // Requires a text that is not empty, has at most `max_bytes`, and contains no NUL.
  [[nodiscard]] std::string as_text(std::string_view key, const toml::node& node,
                                    std::size_t max_bytes) const;

  // False where there is no such key.
  [[nodiscard]] bool truth(std::string_view key) const;

  // The values of a key that takes one value or a list; empty where there is no such key.
  template <typename Read>
  [[nodiscard]] auto values(std::string_view key, Read read) const {
    std::vector<decltype(read(std::declval<const toml::node&>()))> result;
    const toml::node* const node = find(key);
    if (node == nullptr) return result;
    const toml::array* const list = node->as_array();
    if (list == nullptr) {
      result.push_back(read(*node));
      return result;
    }
    if (list->empty()) refuse(key, "is an empty list", node);
    if (list->size() > kMaxListed) {
      refuse(key, "has more than " + std::to_string(kMaxListed) + " values", node);
    }
    for (const toml::node& value : *list) result.push_back(read(value));
    return result;
  }

 private:
  const std::string& file_;
  const toml::table& table_;
  std::string prefix_;
};

}  // namespace netmon
