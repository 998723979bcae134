// Finds rules that can never match, which are mistakes of their author.
#pragma once

#include <optional>
#include <string>

#include "netmon/core/review/expectations.h"

namespace netmon {

struct Contradiction {
  std::string key;  // the key in the match table
  std::string cause;
};

// The first criterion that no change of one of the rule's kinds can meet. For a ban without kinds,
// the roles that can gate are checked.
std::optional<Contradiction> contradiction_in(const Rule& rule);

}  // namespace netmon
