#include "netmon/core/reach/reach.h"

#include <array>

#include "core/values/words.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kReachKinds{"address"sv,     "route"sv,   "setting"sv, "device"sv,
                                 "promiscuous"sv, "policy"sv,  "rule"sv,    "ban"sv,
                                 "rule-set"sv,    "program"sv, "group"sv};

}  // namespace

std::string_view to_string(ReachKind kind) { return word_of(kReachKinds, kind); }

std::optional<ReachKind> parse_reach_kind(std::string_view text) {
  return parse_word<ReachKind>(kReachKinds, text);
}

}  // namespace netmon
