// A rule in words, as all reports show it. Nothing here is escaped.
#pragma once

#include <string>
#include <string_view>

#include "netmon/core/review/expectations.h"

namespace netmon {

// "expect", "forbid", "accept-gap": as in a file of expectations.
std::string_view word_of(RuleKind kind);

// "CHG-1042: new endpoint (approved by board; until 2026-12-01 00:00:00Z; CHG-1042.toml:3)"; a
// standing rule has no ticket.
std::string rule_text(const Rule& rule);

// "CHG-1042.toml:3".
std::string rule_place(const Rule& rule);

}  // namespace netmon
