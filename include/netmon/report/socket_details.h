// All that is known of one socket, for whoever asks about it alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"
#include "netmon/core/review/review.h"

namespace netmon {

// Nothing in it is escaped yet.
struct Fact {
  std::string label;  // "executable"; "" for a heading
  std::string text;

  bool operator==(const Fact&) const = default;
};

// The socket, then each of its holders with its parents, its executable and what else it runs. At
// most 64 holders are listed, and the rest is counted. Secrets in arguments are masked.
std::vector<Fact> socket_facts(const Snapshot& snapshot, const Socket& socket,
                               const std::optional<Role>& role);

// A change of a review: what it is, its status, and what the reports add to it.
std::vector<Fact> change_facts(const Review& review, const ReviewedChange& reviewed);

}  // namespace netmon
