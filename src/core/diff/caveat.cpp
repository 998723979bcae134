#include "netmon/core/diff/caveat.h"

#include <algorithm>
#include <array>

#include "core/values/words.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kSides{"before"sv, "after"sv, "both"sv};

constexpr std::array kCircumstances{"different-host"sv, "host-renamed"sv,
                                    "order-reversed"sv, "rebooted"sv,
                                    "hidden-sockets"sv, "rule-matched-nothing"sv,
                                    "self-approved"sv,  "expectations-from-database"sv};

struct Word {
  std::string_view operator()(GapCode code) const { return to_string(code); }
  std::string_view operator()(Circumstance circumstance) const {
    return word_of(kCircumstances, circumstance);
  }
};

std::vector<CaveatCode> make_acceptable_codes() {
  std::vector<CaveatCode> codes;
  for (const GapCode code : all_gap_codes()) codes.emplace_back(code);
  codes.emplace_back(Circumstance::different_host);
  codes.emplace_back(Circumstance::order_reversed);
  return codes;
}

std::vector<std::string_view> make_acceptable_words() {
  std::vector<std::string_view> words;
  words.reserve(acceptable_codes().size());
  for (const CaveatCode& code : acceptable_codes()) words.push_back(to_string(code));
  return words;
}

}  // namespace

std::string_view to_string(Side side) { return word_of(kSides, side); }

std::string_view to_string(const CaveatCode& code) { return std::visit(Word{}, code); }

const std::vector<CaveatCode>& acceptable_codes() {
  static const std::vector<CaveatCode> kCodes = make_acceptable_codes();
  return kCodes;
}

const std::vector<std::string_view>& acceptable_words() {
  static const std::vector<std::string_view> kWords = make_acceptable_words();
  return kWords;
}

std::optional<CaveatCode> parse_acceptable_code(std::string_view word) {
  const auto found = std::ranges::find_if(
      acceptable_codes(), [&](const CaveatCode& code) { return to_string(code) == word; });
  if (found == acceptable_codes().end()) return std::nullopt;
  return *found;
}

}  // namespace netmon
