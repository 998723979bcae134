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

// What is wrong with a word that is none of the acceptable codes, with the nearest one.
std::string not_a_gap(std::string_view word);

// A file of everything in the review that is not approved, every entry commented out: approving is
// a decision, not a default.
std::string suggest_expectations(const Review& review);

}  // namespace netmon
