// Expectations as TOML files (https://toml.io/en/v1.0.0), described in docs/EXPECTATIONS.md.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "netmon/core/review/expectations.h"
#include "netmon/core/review/review.h"

namespace netmon {

// Parses the text of one file. An unknown key, a bad value, a missing reason, an empty match or a
// file without a rule throws Error with the subject "FILE:LINE" and a cause that names the key.
Expectations parse_expectations(std::string_view text, const std::string& file);

// The error message for a word that is not an acceptable code; it names the nearest one.
std::string not_a_gap(std::string_view word);

// A file of everything in the review that is not approved, with every entry commented out, because
// approving must be a decision and not a default.
std::string suggest_expectations(const Review& review);

}  // namespace netmon
