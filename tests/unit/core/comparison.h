// What a test asks of a comparison.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "builder.h"
#include "netmon/diff.h"

namespace netmon::test {

// "listener-added high", sorted as the comparison is.
inline std::vector<std::string> kinds(const Comparison& comparison) {
  std::vector<std::string> words;
  for (const Change& change : comparison.changes) {
    words.push_back(std::string(to_string(change.kind)) + " " +
                    std::string(to_string(change.severity)));
  }
  return words;
}

inline std::vector<std::string> kinds(const Builder& before, const Builder& after) {
  return kinds(diff(before.get(), after.get()));
}

using Words = std::vector<std::string>;

inline bool is_conclusive(const Comparison& comparison) {
  return std::ranges::none_of(
      comparison.caveats, [](const Caveat& caveat) { return caveat.weight == Weight::decisive; });
}

inline bool has_caveat(const Comparison& comparison, std::string_view code) {
  return std::ranges::any_of(comparison.caveats,
                             [&](const Caveat& caveat) { return caveat.code == code; });
}

inline const Process kSshd = process("sshd", 100);
inline const Process kNginx = process("nginx", 200);
inline const Process kPython = process("python3", 300);

}  // namespace netmon::test
