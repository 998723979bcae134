#include "netmon/core/values/nearest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace netmon {
namespace {

constexpr std::size_t kMaxWord = 64;  // longer words are no typing errors

// The Levenshtein distance: insertions, deletions and substitutions.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

std::string help_with(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() <= kMaxWord) {
    const auto nearest = std::ranges::min_element(
        known, {}, [&](std::string_view candidate) { return distance(word, candidate); });
    const std::size_t allowed = std::max<std::size_t>(1, nearest->size() / 3);
    if (distance(word, *nearest) <= allowed) return fmt::format("did you mean '{}'?", *nearest);
  }
  return fmt::format("it must be one of: {}", fmt::join(known, ", "));
}

}  // namespace netmon
