#include "expect/rule_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "expect/match_reader.h"
#include "expect/rule_check.h"
#include "netmon/core/values/nearest.h"
#include "netmon/expect/expectation_file.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kExpectKeys{"change"sv, "match"sv,   "reason"sv, "approved_by"sv,
                                 "starts"sv, "expires"sv, "hosts"sv,  "required"sv};
constexpr std::array kForbidKeys{"change"sv, "match"sv, "reason"sv, "hosts"sv};
constexpr std::array kGapKeys{"gap"sv,    "match"sv,   "reason"sv, "approved_by"sv,
                              "starts"sv, "expires"sv, "hosts"sv};

constexpr std::size_t kMaxReason = 1000;
constexpr std::size_t kMaxName = 256;

ChangeKind read_kind(const Section& section, const toml::node& node) {
  const std::string text = section.as_text("change", node, kMaxName);
  const auto kinds = all_change_kinds();
  const auto found =
      std::ranges::find(kinds, text, [](ChangeKind kind) { return to_string(kind); });
  if (found != kinds.end()) return *found;
  std::vector<std::string_view> words;
  for (const ChangeKind kind : kinds) words.push_back(to_string(kind));
  section.refuse("change",
                 fmt::format("'{}' is not a change kind; {}", text, help_with(text, words)), &node);
}

// Returns null where there is no match table, which some rules may omit.
const toml::table* find_match(const Section& section) {
  const toml::node* const node = section.find("match");
  if (node == nullptr) return nullptr;
  const toml::table* const table = node->as_table();
  if (table == nullptr) section.refuse("match", "is not a table such as { port = 8443 }", node);
  if (table->empty()) section.refuse("match", "is empty: it would match everything", node);
  return table;
}

Match read_match_of(const Section& section) {
  const toml::table* const table = find_match(section);
  if (table == nullptr) section.refuse("match", "is missing: say what the rule applies to");
  return read_match(Section(section.file(), *table, "match."));
}

std::string read_reason(const Section& section) {
  const auto reason = section.text("reason", kMaxReason);
  if (!reason) section.refuse("reason", "is missing");
  return *reason;
}

std::vector<std::string> read_hosts(const Section& section) {
  return section.values(
      "hosts", [&](const toml::node& node) { return section.as_text("hosts", node, kMaxName); });
}

// Reads the keys that all rules about changes have. The caller adds the rest and then checks the
// whole rule.
Rule read_rule(const Section& section, RuleKind kind, const std::string& ticket) {
  return {.kind = kind,
          .changes = section.values(
              "change", [&](const toml::node& node) { return read_kind(section, node); }),
          .match = read_match_of(section),
          .reason = read_reason(section),
          .hosts = read_hosts(section),
          .ticket = ticket,
          .file = section.file(),
          .line = section.line()};
}

void require_possible(const Section& section, const Rule& rule) {
  const auto found = contradiction_in(rule);
  if (!found) return;
  const toml::table& match = *section.find("match")->as_table();
  Section(section.file(), match, "match.").refuse(found->key, found->cause, match.get(found->key));
}

// A date alone is its first moment, and a time without an offset is UTC, as in a revision.
Timestamp timestamp_of(const toml::date& date, const toml::time& time, int offset_minutes) {
  const std::chrono::year_month_day day{std::chrono::year{date.year},
                                        std::chrono::month{date.month}, std::chrono::day{date.day}};
  return Timestamp{std::chrono::sys_days{day}} + std::chrono::hours{time.hour} +
         std::chrono::minutes{time.minute - offset_minutes} + std::chrono::seconds{time.second} +
         std::chrono::milliseconds{time.nanosecond / 1'000'000};
}

std::optional<Timestamp> read_moment(const Section& section, std::string_view key) {
  const toml::node* const node = section.find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* const moment = node->as_date_time()) {
    const toml::date_time& value = moment->get();
    return timestamp_of(value.date, value.time, value.offset ? value.offset->minutes : 0);
  }
  if (const auto* const date = node->as_date()) return timestamp_of(date->get(), {}, 0);
  section.refuse(key, "is not a date and time such as 2026-12-01T00:00:00Z, without quotes", node);
}

// Reads who approves what the rule lets pass, and for how long.
void read_approval(const Section& section, Rule& rule) {
  rule.approved_by = section.text("approved_by", kMaxName).value_or("");
  rule.starts = read_moment(section, "starts");
  rule.expires = read_moment(section, "expires");
  if (rule.starts && rule.expires && *rule.starts >= *rule.expires) {
    section.refuse("expires", "is not after starts: the rule would never hold",
                   section.find("expires"));
  }
}

CaveatCode read_gap(const Section& section) {
  const toml::node* const node = section.find("gap");
  if (node == nullptr) section.refuse("gap", "is missing: say which gap is accepted");
  const std::string word = section.as_text("gap", *node, kMaxName);
  const auto code = parse_acceptable_code(word);
  if (!code) section.refuse("gap", fmt::format("'{}' {}", word, not_a_gap(word)), node);
  return *code;
}

}  // namespace

Rule read_expect(const Section& section, const std::string& ticket) {
  section.require_known_keys(kExpectKeys);
  Rule rule = read_rule(section, RuleKind::expect, ticket);
  if (rule.changes.empty()) section.refuse("change", "is missing: say which change is expected");
  read_approval(section, rule);
  rule.required = section.truth("required");
  require_possible(section, rule);
  return rule;
}

Rule read_accept_gap(const Section& section, const std::string& ticket) {
  section.require_known_keys(kGapKeys);
  Rule rule{.kind = RuleKind::accept_gap,
            .gap = read_gap(section),
            .reason = read_reason(section),
            .hosts = read_hosts(section),
            .ticket = ticket,
            .file = section.file(),
            .line = section.line()};
  if (const toml::table* const match = find_match(section)) {
    rule.match = read_gap_match(Section(section.file(), *match, "match."));
  }
  read_approval(section, rule);
  return rule;
}

Rule read_forbid(const Section& section, const std::string& ticket) {
  for (const std::string_view key : {"approved_by"sv, "starts"sv, "expires"sv, "required"sv}) {
    if (const toml::node* const node = section.find(key)) {
      section.refuse(key, "is only for [[expect]]: a ban needs no approval and always holds", node);
    }
  }
  section.require_known_keys(kForbidKeys);
  Rule rule = read_rule(section, RuleKind::forbid, ticket);
  for (const ChangeKind kind : rule.changes) {
    if (can_be_forbidden(kind)) continue;
    section.refuse(
        "change",
        fmt::format("{} cannot be forbidden, because it only closes something", to_string(kind)),
        section.find("change"));
  }
  require_possible(section, rule);
  return rule;
}

}  // namespace netmon
