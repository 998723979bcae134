// A snapshot's metadata in words. Nothing here is escaped.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/review/review.h"

namespace netmon {

// "pre-change (#17)"; "(captured now)" and "(empty)" for what is not stored.
std::string snapshot_name(const SnapshotInfo& info);

// False for @empty, which was never taken: its times mean nothing.
bool was_taken(const SnapshotInfo& info);

// "db1 #17": where an imported snapshot was taken; "" for one that was taken here.
std::string origin_text(const SnapshotInfo& info);

// "root", "root (sudo: audit, login: audit)".
std::string captured_by(const SnapshotInfo& info);

// The ticket that a review is about: that of AFTER, else that of BEFORE, else those of the rules;
// "" where none is named.
std::string ticket_text(const Review& review);

// "bpf", "proc" in words; "" where not known.
std::string_view owner_method_text(OwnerMethod method);

// "7 samples, one every 500 ms"; "one moment".
std::string span_text(const std::optional<Span>& span);

// Both captures side by side, a fact a line: when, who, with what privilege, of what. A line that
// neither side has is left out. The digests are not among them.
struct CaptureLine {
  std::string_view name;
  std::string before;
  std::string after;
};
std::vector<CaptureLine> capture_lines(const Review& review);

}  // namespace netmon
