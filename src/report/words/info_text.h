// The metadata of a snapshot in words. Nothing here is escaped.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/review/review.h"

namespace netmon {

// "pre-change (#17)"; "(captured now)" and "(empty)" for what is not stored.
std::string snapshot_name(const SnapshotInfo& info);

// False for @empty, which was never taken, so its times mean nothing.
bool was_taken(const SnapshotInfo& info);

// "db1 #17": the host of an imported snapshot and its number there; "" for a snapshot taken here.
std::string origin_text(const SnapshotInfo& info);

// "root", "root (sudo: audit, login: audit)".
std::string captured_by(const SnapshotInfo& info);

// The ticket of a review: that of AFTER, else that of BEFORE, else those of the rules; "" where
// there is none.
std::string ticket_text(const Review& review);

// The owner method in words.
std::string_view owner_method_text(OwnerMethod method);

// "7 samples, one every 500 ms"; "one moment".
std::string span_text(const std::optional<Span>& span);

// The facts about both captures, one per line: when, by whom, with what privilege, with what
// coverage. Facts that neither side has are left out; digests are not included.
struct CaptureLine {
  std::string_view name;
  std::string before;
  std::string after;
};
std::vector<CaptureLine> capture_lines(const Review& review);

}  // namespace netmon
