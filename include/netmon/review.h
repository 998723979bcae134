// The review: what each change means for the one who has to sign.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/diff.h"
#include "netmon/error.h"
#include "netmon/model.h"

namespace netmon {

enum class Status : std::uint8_t { unapproved, notice };
std::string_view to_string(Status status);

enum class Verdict : std::uint8_t { clean, unapproved, inconclusive };
std::string_view to_string(Verdict verdict);

struct ReviewedChange {
  Change change;
  Status status = Status::unapproved;

  bool operator==(const ReviewedChange&) const = default;
};

struct ReviewSummary {
  std::uint64_t unapproved = 0;
  std::uint64_t approved = 0;
  std::uint64_t expected_missing = 0;
  std::uint64_t notice = 0;

  bool operator==(const ReviewSummary&) const = default;
};

struct Review {
  SnapshotInfo before;
  SnapshotInfo after;
  std::vector<ReviewedChange> changes;
  std::vector<Caveat> caveats;
  ReviewSummary summary;
  Verdict verdict = Verdict::clean;
  ExitCode exit_code = ExitCode::success;

  bool operator==(const Review&) const = default;
};

// The lowest severity that makes diff end with 1. It moves the exit code only: the verdict says
// what was found whatever the caller wants to fail on.
enum class FailOn : std::uint8_t { low, medium, high, never };
std::optional<FailOn> parse_fail_on(std::string_view text);

Review review(const SnapshotInfo& before, const SnapshotInfo& after, Comparison comparison,
              FailOn fail_on);

}  // namespace netmon
