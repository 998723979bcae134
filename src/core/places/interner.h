// Numbers for texts, so comparing two snapshots means comparing integers.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace netmon {

// The number of "" is 0. Numbers mean the same in both snapshots of a comparison.
class Interner {
 public:
  Interner() { number(""); }
  Interner(const Interner&) = delete;
  Interner& operator=(const Interner&) = delete;

  std::uint32_t number(std::string_view text) {
    const auto found = numbers_.find(text);
    if (found != numbers_.end()) return found->second;
    const auto next = static_cast<std::uint32_t>(texts_.size());
    texts_.emplace_back(text);
    numbers_.emplace(texts_.back(), next);
    return next;
  }

  [[nodiscard]] const std::string& text(std::uint32_t number) const { return texts_[number]; }

 private:
  std::deque<std::string> texts_;  // a deque, so elements never move
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace netmon
