// The review: what each change means for the one who has to sign.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/diff.h"
#include "netmon/error.h"
#include "netmon/expectations.h"
#include "netmon/history.h"
#include "netmon/model.h"

namespace netmon {

enum class Status : std::uint8_t {
  unapproved,
  approved,
  expected_missing,  // promised, did not happen
  expired,           // approved, but the approval's time was over when AFTER was captured
  notice,
};
std::string_view to_string(Status status);

enum class Verdict : std::uint8_t { clean, unapproved, inconclusive };
std::string_view to_string(Verdict verdict);

// What the report can add to a change where it is made on the host of AFTER, or from the store.
// It is no part of the evidence, and is marked so.
struct Background {
  std::optional<Past> past;
  std::string package;  // "nginx-core 1.22.1-9+deb12u2 (dpkg, at report time)"; "" where not known

  bool operator==(const Background&) const = default;
};

struct ReviewedChange {
  Change change;  // of expected_missing: what the rule promised
  Status status = Status::unapproved;
  // Index into Review::rules: what approved it, would have (expired), or promised it.
  std::optional<std::size_t> rule;
  std::optional<std::size_t> forbidden_by;  // index into Review::rules
  Background background;

  bool operator==(const ReviewedChange&) const = default;
};

// A rule and how many changes it spoke of, those included that another rule decided.
struct RuleOutcome {
  Rule rule;
  std::uint64_t matched = 0;

  bool operator==(const RuleOutcome&) const = default;
};

struct ReviewSummary {
  std::uint64_t unapproved = 0;
  std::uint64_t approved = 0;
  std::uint64_t expected_missing = 0;
  std::uint64_t expired = 0;
  std::uint64_t notice = 0;

  bool operator==(const ReviewSummary&) const = default;
};

struct Review {
  SnapshotInfo before;
  SnapshotInfo after;
  std::vector<Gap> gaps_before;  // what each capture could not see
  std::vector<Gap> gaps_after;
  std::vector<ReviewedChange> changes;  // unapproved first, by severity; then expired,
                                        // expected-missing, approved, notices
  std::vector<RuleOutcome> rules;
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
              FailOn fail_on, const Expectations& expectations = {});

// Whether one side could not see all that the other saw.
bool is_blind(const Review& review);

}  // namespace netmon
