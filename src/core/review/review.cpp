#include "netmon/core/review/review.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/diff/coverage.h"
#include "core/review/expectations_missing.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/number.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kStatuses{"unapproved"sv, "approved"sv, "expected-missing"sv, "expired"sv,
                               "notice"sv};
constexpr std::array kVerdicts{"clean"sv, "unapproved"sv, "inconclusive"sv};

// A promise that seems unfulfilled may have been fulfilled where AFTER could not see, so blindness
// decides first.
Verdict verdict_of(const Review& review) {
  const ReviewSummary& summary = review.summary;
  if (summary.unapproved + summary.expired > 0) return Verdict::unapproved;
  if (is_blind(review)) return Verdict::inconclusive;
  return summary.expected_missing > 0 ? Verdict::unapproved : Verdict::clean;
}

bool reaches(Severity severity, FailOn fail_on) {
  switch (fail_on) {
    case FailOn::low:
      return severity >= Severity::low;
    case FailOn::medium:
      return severity >= Severity::medium;
    case FailOn::high:
      return severity >= Severity::high;
    case FailOn::never:
      return false;
  }
  no_such_enumerator();
}

// A threshold may let changes pass, but never blindness: without a failing change, the result is
// still inconclusive where a side could not see.
ExitCode exit_code_of(const Review& review, FailOn fail_on) {
  const auto any_fails = [&](std::initializer_list<Status> statuses) {
    return std::ranges::any_of(review.changes, [&](const ReviewedChange& reviewed) {
      return std::ranges::find(statuses, reviewed.status) != statuses.end() &&
             reaches(reviewed.change.severity, fail_on);
    });
  };
  if (any_fails({Status::unapproved, Status::expired})) return ExitCode::unapproved;
  if (is_blind(review)) return ExitCode::inconclusive;
  return any_fails({Status::expected_missing}) ? ExitCode::unapproved : ExitCode::success;
}

bool is_expired(const Rule& rule, Timestamp at) { return rule.expires && at >= *rule.expires; }

bool has_started(const Rule& rule, Timestamp at) { return !rule.starts || at >= *rule.starts; }

using RuleIndexes = std::vector<std::size_t>;

RuleIndexes rules_about(const Review& review, const Change& change) {
  RuleIndexes found;
  for (std::size_t i = 0; i < review.rules.size(); ++i) {
    const Rule& rule = review.rules[i].rule;
    if (has_started(rule, review.after.started_at) &&
        matches(rule, change, review.after.host_name)) {
      found.push_back(i);
    }
  }
  return found;
}

// The other half of a move: the listener that is gone. Matching it fulfils a promise but approves
// nothing.
Change gone_half(Change moved) {
  moved.kind = ChangeKind::listener_removed;
  for (const AttributeChange& attribute : moved.attributes) {
    if (attribute.attribute == Attribute::port) {
      moved.port = parse_number<std::uint32_t>(attribute.before.front());
    }
    if (attribute.attribute == Attribute::bind) moved.addresses = attribute.before;
  }
  moved.attributes.clear();
  return moved;
}

// `about` are the rules that match the change, in order; `at` is when AFTER was captured.
ReviewedChange judge(Change change, const std::vector<RuleOutcome>& rules, const RuleIndexes& about,
                     Timestamp at) {
  const auto first = [&](auto wanted) -> std::optional<std::size_t> {
    const auto found =
        std::ranges::find_if(about, [&](std::size_t i) { return wanted(rules[i].rule); });
    return found == about.end() ? std::nullopt : std::optional(*found);
  };
  const auto forbid = first([](const Rule& rule) { return rule.kind == RuleKind::forbid; });
  const auto valid = first(
      [&](const Rule& rule) { return rule.kind == RuleKind::expect && !is_expired(rule, at); });
  const auto any = first([](const Rule& rule) { return rule.kind == RuleKind::expect; });

  ReviewedChange reviewed{.change = std::move(change)};
  if (forbid) {
    reviewed.forbidden_by = forbid;
    reviewed.change.severity = Severity::high;
  } else if (valid) {
    reviewed.status = Status::approved;
    reviewed.rule = valid;
  } else if (reviewed.change.severity == Severity::notice) {
    reviewed.status = Status::notice;
  } else if (any) {
    reviewed.status = Status::expired;
    reviewed.rule = any;
  }
  return reviewed;
}

bool is_gone(ChangeKind kind) {
  return kind == ChangeKind::listener_removed || kind == ChangeKind::outbound_removed;
}

void review_changes(Review& review, std::vector<Change> changes, bool fail_on_removed,
                    std::vector<Background> background) {
  for (std::size_t n = 0; n < changes.size(); ++n) {
    Change& change = changes[n];
    if (fail_on_removed && is_gone(change.kind)) change.severity = Severity::medium;
    const RuleIndexes about = rules_about(review, change);
    for (const std::size_t i : about) ++review.rules[i].matched;
    if (change.kind == ChangeKind::moved) {
      for (const std::size_t i : rules_about(review, gone_half(change))) {
        if (!std::ranges::binary_search(about, i)) ++review.rules[i].matched;
      }
    }
    review.changes.push_back(
        judge(std::move(change), review.rules, about, review.after.started_at));
    if (n < background.size()) review.changes.back().background = std::move(background[n]);
  }
}

void add_missing(Review& review) {
  for (std::size_t i = 0; i < review.rules.size(); ++i) {
    const auto& [rule, matched] = review.rules[i];
    if (rule.kind != RuleKind::expect || !rule.required || matched > 0) continue;
    if (!rule.hosts.empty() &&
        std::ranges::find(rule.hosts, review.after.host_name) == rule.hosts.end()) {
      continue;
    }
    review.changes.push_back({.change = promised_change(rule),
                              .status = Status::expected_missing,
                              .rule = i,
                              .forbidden_by = std::nullopt,
                              .background = {}});
  }
}

int rank_of(Status status) {
  switch (status) {
    case Status::unapproved:
      return 0;
    case Status::expired:
      return 1;
    case Status::expected_missing:
      return 2;
    case Status::approved:
      return 3;
    case Status::notice:
      return 4;
  }
  no_such_enumerator();
}

void sort_changes(std::vector<ReviewedChange>& changes) {
  const auto key = [](const ReviewedChange& reviewed) {
    return std::pair(rank_of(reviewed.status), -static_cast<int>(reviewed.change.severity));
  };
  std::ranges::stable_sort(changes, {}, key);
}

ReviewSummary summarize(const std::vector<ReviewedChange>& changes) {
  const auto count = [&](Status status) {
    return static_cast<std::uint64_t>(std::ranges::count(changes, status, &ReviewedChange::status));
  };
  return {.unapproved = count(Status::unapproved),
          .approved = count(Status::approved),
          .expected_missing = count(Status::expected_missing),
          .expired = count(Status::expired),
          .notice = count(Status::notice)};
}

// A rule that approved nothing may name the wrong thing. Standing rules are only counted: they
// describe what comes and goes, so most of them match nothing in most reviews.
void note_idle_rules(Review& review) {
  std::uint64_t standing = 0;
  for (const auto& [rule, matched] : review.rules) {
    if (rule.kind == RuleKind::forbid || rule.required || matched > 0) continue;
    if (rule.standing() || rule.kind == RuleKind::accept_gap) {
      ++standing;
      continue;
    }
    review.caveats.push_back({.code = Circumstance::rule_matched_nothing,
                              .count = 1,
                              .message = fmt::format("{}:{}: the rule matched nothing: {}",
                                                     rule.file, rule.line, rule.reason)});
  }
  if (standing == 0) return;
  review.caveats.push_back(
      {.code = Circumstance::rule_matched_nothing,
       .count = standing,
       .message = counted(standing, "standing rule", "standing rules") + " matched nothing"});
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

void note_self_approval(Review& review) {
  std::set<std::string> captured_by{lower(review.after.user.name)};
  for (const auto& user : {review.after.sudo_user, review.after.login_user}) {
    if (user) captured_by.insert(lower(user->name));
  }
  std::map<std::string, std::uint64_t> approvers;
  for (const ReviewedChange& reviewed : review.changes) {
    if (reviewed.status != Status::approved) continue;
    const std::string& name = review.rules[*reviewed.rule].rule.approved_by;
    if (!name.empty() && captured_by.contains(lower(name))) ++approvers[name];
  }
  for (const auto& [name, count] : approvers) {
    review.caveats.push_back({.code = Circumstance::self_approved,
                              .side = Side::after,
                              .count = count,
                              .message = fmt::format("{} approved by {}, who also made the capture",
                                                     counted(count, "change", "changes"), name)});
  }
}

// Gaps that a rule or the caller's options accept are no longer decisive.
void accept_gaps(Review& review, std::vector<Caveat>& caveats, const ReviewOptions& options) {
  for (Caveat& caveat : caveats) {
    if (caveat.weight != Weight::decisive) continue;
    if (options.across_hosts && caveat.code == CaveatCode(Circumstance::different_host)) {
      caveat.weight = Weight::informational;
      continue;
    }
    if (std::ranges::find(options.accepted_gaps, caveat.code) != options.accepted_gaps.end()) {
      caveat.weight = Weight::accepted;
      caveat.message += " (accepted for this review)";
      continue;
    }
    for (auto& [rule, matched] : review.rules) {
      if (rule.kind != RuleKind::accept_gap) continue;
      const Timestamp at = review.after.started_at;
      const bool holds = has_started(rule, at) && !is_expired(rule, at);
      if (!holds || !accepts(rule, caveat, review.after.host_name)) continue;
      ++matched;
      caveat.weight = Weight::accepted;
      caveat.message += fmt::format(" (accepted, {}:{}: {})", rule.file, rule.line, rule.reason);
      break;
    }
  }
}

std::string scope_of_verdict(const Review& review, std::uint64_t undecided) {
  std::string places =
      undecided == 0
          ? fmt::format("all of {} compared", counted(review.places, "place", "places"))
          : fmt::format("{} of {} decided", review.places - std::min(undecided, review.places),
                        counted(review.places, "place", "places"));
  const bool current = review.before.netns == NetnsSelection::current ||
                       review.after.netns == NetnsSelection::current;
  if (!current) return places;
  return "for what was asked (this namespace): " + places;
}

}  // namespace

std::string_view to_string(Status status) { return kStatuses.at(static_cast<std::size_t>(status)); }

std::string_view to_string(Verdict verdict) {
  return kVerdicts.at(static_cast<std::size_t>(verdict));
}

std::optional<FailOn> parse_fail_on(std::string_view text) {
  if (text == "low") return FailOn::low;
  if (text == "medium") return FailOn::medium;
  if (text == "high") return FailOn::high;
  if (text == "never") return FailOn::never;
  return std::nullopt;
}

bool is_blind(const Review& review) {
  return std::ranges::find(review.caveats, Weight::decisive, &Caveat::weight) !=
         review.caveats.end();
}

Review review(Comparison comparison, const Expectations& expectations, const ReviewOptions& options,
              std::vector<Background> background) {
  Review result{.before = std::move(comparison.before),
                .after = std::move(comparison.after),
                .account_before = std::move(comparison.account_before),
                .account_after = std::move(comparison.account_after),
                .gaps_before = std::move(comparison.gaps_before),
                .gaps_after = std::move(comparison.gaps_after),
                .places = comparison.places,
                .unchanged = std::move(comparison.unchanged)};
  for (const Rule& rule : expectations.rules) result.rules.push_back({rule, 0});
  review_changes(result, std::move(comparison.changes), options.fail_on_removed,
                 std::move(background));
  add_missing(result);
  sort_changes(result.changes);
  result.summary = summarize(result.changes);
  accept_gaps(result, comparison.caveats, options);
  result.caveats = merged(std::move(comparison.caveats));
  note_idle_rules(result);
  note_self_approval(result);
  result.caveats.insert(result.caveats.end(), expectations.origins.begin(),
                        expectations.origins.end());
  result.verdict = verdict_of(result);
  result.verdict_scope = scope_of_verdict(result, comparison.undecided);
  result.exit_code = exit_code_of(result, options.fail_on);
  return result;
}

}  // namespace netmon
