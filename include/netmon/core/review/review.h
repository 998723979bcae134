// The review: what each change means for the person who has to sign.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/history.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/review/expectations.h"
#include "netmon/core/values/error.h"

namespace netmon {

enum class Status : std::uint8_t {
  unapproved,
  approved,
  expected_missing,  // promised by a rule, but did not happen
  expired,           // approved, but the approval had ended when AFTER was captured
  notice,
};
std::string_view to_string(Status status);

enum class Verdict : std::uint8_t { clean, unapproved, inconclusive };
std::string_view to_string(Verdict verdict);

// What a report can add to a change where it is made on the host of AFTER, or from the database. It
// is no part of the evidence, and reports mark it as such.
struct Background {
  std::optional<Past> past;
  std::string package;  // "nginx-core 1.22.1-9+deb12u2 (dpkg, at report time)"; "" where not known

  bool operator==(const Background&) const = default;
};

struct ReviewedChange {
  Change change;  // for expected_missing: what the rule promised
  Status status = Status::unapproved;
  // Index into Review::rules: the rule that approved it, would have approved it (expired), or
  // promised it.
  std::optional<std::size_t> rule;
  std::optional<std::size_t> forbidden_by;  // index into Review::rules
  Background background;

  bool operator==(const ReviewedChange&) const = default;
};

// A rule and how many changes it matched, including those that another rule decided.
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
  std::string account_before;  // account_text() of BEFORE and of AFTER
  std::string account_after;
  std::vector<Gap> gaps_before;  // what each capture could not see
  std::vector<Gap> gaps_after;
  std::uint64_t places = 0;               // places that gate and were compared
  std::vector<UnchangedPlace> unchanged;  // filled where the comparison lists them
  std::vector<ReviewedChange> changes;    // unapproved first, by severity; then expired,
                                          // expected-missing, approved, notices
  std::vector<RuleOutcome> rules;
  std::vector<Caveat> caveats;
  ReviewSummary summary;
  Verdict verdict = Verdict::clean;
  // What the verdict covers: "all of 84 places compared", "for what was asked (this namespace)".
  std::string verdict_scope;
  ExitCode exit_code = ExitCode::success;

  bool operator==(const Review&) const = default;
};

// The lowest severity that makes diff exit with 1. It affects the exit code only: the verdict
// states what was found, whatever the caller wants to fail on.
enum class FailOn : std::uint8_t { low, medium, high, never };
std::optional<FailOn> parse_fail_on(std::string_view text);

// What decides the outcome in addition to the changes themselves.
struct ReviewOptions {
  FailOn fail_on = FailOn::low;
  bool fail_on_removed = false;           // removed listeners and peers gate as well
  bool across_hosts = false;              // different hosts are compared on purpose
  std::vector<CaveatCode> accepted_gaps;  // gaps that are accepted for this run

  bool operator==(const ReviewOptions&) const = default;
};

// `background` is empty, or has one entry for each change of the comparison.
Review review(Comparison comparison, const Expectations& expectations = {},
              const ReviewOptions& options = {}, std::vector<Background> background = {});

// Whether something that would gate could have happened unseen and nobody has accepted that.
bool is_blind(const Review& review);

}  // namespace netmon
