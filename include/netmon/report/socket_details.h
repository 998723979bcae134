// All that is known about one socket.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"
#include "netmon/core/review/review.h"

namespace netmon {

// One line of the details. Nothing in it is escaped yet.
struct Fact {
  std::string label;  // "executable"; "" for a heading
  std::string text;

  bool operator==(const Fact&) const = default;
};

// The socket, then each of its holders with its parents, its executable and what else it runs. At
// most 64 holders are listed; the others are counted. Secrets in arguments are masked.
std::vector<Fact> socket_facts(const Snapshot& snapshot, const Socket& socket,
                               const std::optional<Role>& role);

// A change of a review: its kind, its status, and what reports add to it.
std::vector<Fact> change_facts(const Review& review, const ReviewedChange& reviewed);

}  // namespace netmon
