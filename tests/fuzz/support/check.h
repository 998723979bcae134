// Shared by the fuzz targets: a property that does not hold ends the run, as a crash does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace netmon::fuzz {

inline void require(bool holds, std::string_view property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(property.size()), property.data());
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Calls `work` and returns whether it succeeded. The exception `Refusal` is an expected answer, for
// which it returns false; any other exception is a finding.
template <typename Refusal, typename Work>
bool accepted(Work work) {
  try {
    work();
    return true;
  } catch (const Refusal&) {
    return false;
  }
}

}  // namespace netmon::fuzz
