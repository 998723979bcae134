// What a rule could never match is a mistake of who wrote it.
#pragma once

#include <optional>
#include <string>

#include "netmon/core/review/expectations.h"

namespace netmon {

struct Contradiction {
  std::string key;  // of the match
  std::string cause;
};

// The first criterion that no change of one of the rule's kinds can meet. A ban without kinds needs
// one that it can speak of.
std::optional<Contradiction> contradiction_in(const Rule& rule);

}  // namespace netmon
