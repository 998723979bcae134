#include <algorithm>
#include <array>
#include <cstdint>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/values/nearest.h"
#include "netmon/expect/expectation_file.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

// What else can decide, and is no gap of a capture.
constexpr std::array kOthers{"different-host"sv, "order-reversed"sv};

std::vector<std::string_view> all_codes() {
  std::vector<std::string_view> codes;
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(GapCode::families_not_read); ++i) {
    codes.push_back(to_string(static_cast<GapCode>(i)));
  }
  codes.insert(codes.end(), kOthers.begin(), kOthers.end());
  return codes;
}

}  // namespace

std::span<const std::string_view> gap_codes() {
  static const std::vector<std::string_view> kCodes = all_codes();
  return kCodes;
}

std::optional<std::string> unknown_gap(std::string_view code) {
  const auto codes = gap_codes();
  if (std::ranges::find(codes, code) != codes.end()) return std::nullopt;
  return "is not the code of a gap; " + help_with(code, codes);
}

}  // namespace netmon
