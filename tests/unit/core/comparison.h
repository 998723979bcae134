// Functions that tests use to check a comparison.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "builder.h"
#include "netmon/core/diff/diff.h"
#include "netmon/core/review/review.h"

namespace netmon::test {

// "listener-added high" for each change, in the order of the comparison.
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
                             [&](const Caveat& caveat) { return to_string(caveat.code) == code; });
}

// Whether the comparison has a decisive caveat with this code and side.
inline bool has_decisive(const Comparison& comparison, GapCode code, Side side) {
  return std::ranges::any_of(comparison.caveats, [&](const Caveat& caveat) {
    return caveat.code == CaveatCode(code) && caveat.side == side &&
           caveat.weight == Weight::decisive;
  });
}

// Whether there is no change at all, and nothing could have happened unseen.
inline bool is_quiet(const Builder& before, const Builder& after) {
  const Comparison comparison = diff(before.get(), after.get());
  return comparison.changes.empty() && is_conclusive(comparison);
}

// Names of the programs that the change is about; the first one represents them.
inline Words holders_of(const Change& change) {
  Words names;
  for (const ProcessSummary& holder : change.holders) names.push_back(holder.name);
  return names;
}

inline ExitCode exit_of(const Builder& before, const Builder& after,
                        const std::vector<Rule>& rules = {}, const ReviewOptions& options = {}) {
  return review(diff(before.get(), after.get()), {rules, {}}, options).exit_code;
}

inline const Process kSshd = process("sshd", 100);
inline const Process kNginx = process("nginx", 200);
inline const Process kPerl = process("perl", 900);
inline const Process kPython = process("python3", 300);

// A listener on any address that all of these hold.
inline Builder held_by(std::vector<Process> owners) {
  return Builder().listen("0.0.0.0", 80, std::move(owners));
}

// The same process after a restart.
inline Process again(Process process) {
  process.pid += 700;
  process.start_ticks += 70'000;
  return process;
}

// BEFORE and AFTER of a service that is restarted and differs in what `change` does to it.
template <typename Apply>
Comparison after_change(const Process& service, Apply change) {
  Process now = again(service);
  change(now);
  return diff(held_by({service}).get(), held_by({now}).get());
}

}  // namespace netmon::test

// The text that a failed check prints.
template <>
struct doctest::StringMaker<netmon::test::Words> {
  static doctest::String convert(const netmon::test::Words& words) {
    return fmt::format("{}", fmt::join(words, ", ")).c_str();
  }
};
