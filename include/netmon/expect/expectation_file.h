// Expectations as TOML files (https://toml.io/en/v1.0.0): docs/EXPECTATIONS.md describes them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "netmon/core/review/expectations.h"
#include "netmon/core/review/review.h"

namespace netmon {

// The text of one file. Strict: an unknown key, a bad value, a missing reason, an empty match, or a
// file without a rule throws Error, its subject "FILE:LINE", its cause naming the key.
Expectations parse_expectations(std::string_view text, const std::string& file);

// The codes of caveats that a rule, or --accept-gap, can answer for.
std::span<const std::string_view> gap_codes();

// What is wrong with a code that is none of these, with the nearest one; absent for one that is.
std::optional<std::string> unknown_gap(std::string_view code);

// A file of everything in the review that is not approved, every entry commented out: approving is
// a decision, not a default.
std::string suggest_expectations(const Review& review);

}  // namespace netmon
