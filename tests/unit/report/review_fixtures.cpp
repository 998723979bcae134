#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "report/change_fixtures.h"
#include "report/fixture_parts.h"
#include "report/fixtures.h"

namespace netmon::fixture {
namespace {

Rule rule(std::uint32_t line, std::string reason) {
  Rule rule;
  rule.reason = std::move(reason);
  rule.approved_by = "change-board";
  rule.ticket = "CHG-1042";
  rule.file = "CHG-1042.toml";
  rule.line = line;
  return rule;
}

std::vector<RuleOutcome> rules() {
  Rule endpoint = rule(3, "new API endpoint");
  endpoint.expires = at("2026-12-01T00:00:00Z");
  Rule trial = rule(11, "trial of the database port on the private network");
  trial.expires = at("2026-03-01T00:00:00Z");
  Rule second = rule(19, "second API endpoint");
  second.required = true;
  Rule resolvers = rule(2, "the resolver asks what it is told to ask");
  resolvers.ticket.clear();
  resolvers.file = "/etc/netmon/standing.toml";
  resolvers.approved_by.clear();
  Rule no_tor = resolvers;
  no_tor.kind = RuleKind::forbid;
  no_tor.reason = "no connection to a Tor exit";
  no_tor.line = 9;
  Rule idle = rule(27, "metrics port of the new release");
  idle.starts = at("2026-03-02T00:00:00Z");
  idle.hosts = {"db1", "db2"};
  return {{endpoint, 1}, {trial, 1}, {second, 0}, {resolvers, 2}, {no_tor, 1}, {idle, 0}};
}

}  // namespace

Review clean_review() {
  Review review;
  review.before = info(1, "pre-change", "2026-03-02T19:45:00.123Z");
  review.after = info(2, "post-change", "2026-03-02T20:15:30Z");
  review.places = 84;
  review.verdict_scope = "all of 84 places compared";
  return review;
}

Review inconclusive_review() {
  Review review = clean_review();
  review.before = {};
  review.after.id.reset();
  review.after.label.clear();
  review.after.digest.clear();
  review.after.privilege = Privilege::user;
  review.gaps_after = {
      {GapCode::owners_not_visible, Scope{}, std::nullopt, "Permission denied", 12}};
  review.caveats = {{GapCode::owners_not_visible, Side::after, Weight::decisive, 12,
                     "12 sockets whose process this user may not see (Permission denied)"}};
  review.verdict = Verdict::inconclusive;
  review.verdict_scope = "80 of 84 places compared";
  review.exit_code = ExitCode::inconclusive;
  return review;
}

Review accepted_review() {
  Review review = clean_review();
  Rule agent = rule(12, "the hypervisor's agent refuses every user");
  agent.kind = RuleKind::accept_gap;
  agent.gap = GapCode::owners_not_visible;
  agent.match.protocols = {Protocol::tcp};
  agent.match.ports = {{2024, 2024}};
  review.rules = {{agent, 1}};
  review.gaps_after = {
      {GapCode::owners_not_visible, Scope{}, std::nullopt, "Permission denied", 1}};
  review.caveats = {{.code = GapCode::owners_not_visible,
                     .side = Side::after,
                     .weight = Weight::accepted,
                     .count = 1,
                     .message = "owners-not-visible (CHG-1042.toml:12: the hypervisor's agent "
                                "refuses every user)",
                     .scope = Scope{},
                     .protocol = Protocol::tcp,
                     .port = 2024,
                     .process = "agent"}};
  review.verdict_scope = "for what was asked (this namespace)";
  return review;
}

Review every_kind_review() {
  Review review = clean_review();
  for (const ChangeKind kind : all_change_kinds()) {
    review.changes.push_back({example_of(kind), Status::unapproved, {}, {}, {}});
    if (review.changes.back().change.severity == Severity::notice) {
      review.changes.back().status = Status::notice;
    }
  }
  const auto notices = static_cast<std::uint64_t>(
      std::ranges::count(review.changes, Status::notice, &ReviewedChange::status));
  review.summary = {.unapproved = review.changes.size() - notices, .notice = notices};
  review.verdict = Verdict::unapproved;
  review.exit_code = ExitCode::unapproved;
  return review;
}

Review unapproved_review() {
  Review review = clean_review();
  review.after.note = "after " + hostile_texts()[1];
  std::vector<Change> gating{new_listener(), new_peer(), new_executable(), nameless_raw()};
  std::uint16_t port = 8000;
  for (const auto& text : hostile_texts()) gating.push_back(hostile_listener(text, port++));
  gating.push_back(widened());
  for (auto& change : gating) review.changes.push_back({std::move(change), Status::unapproved});
  review.changes.push_back({inbound_gone(), Status::notice});
  review.changes.push_back({containers_changed(), Status::notice});
  review.caveats = {{GapCode::netns_not_entered, Side::before, Weight::decisive, 1,
                     "1 network namespace was not entered in netns:" + hostile_texts()[1]},
                    {Circumstance::rebooted, Side::both, Weight::informational, 1,
                     "the host was rebooted in between"}};
  review.summary = {.unapproved = review.changes.size() - 2, .notice = 2};
  review.verdict = Verdict::unapproved;
  review.exit_code = ExitCode::unapproved;
  return review;
}

Review decided_review() {
  Review review = clean_review();
  review.before.owner_method = OwnerMethod::bpf;
  review.after.span = Span{std::chrono::seconds{1}, 60};
  review.gaps_before = {{GapCode::netns_not_entered, Scope{ScopeKind::named, "blue"}, std::nullopt,
                         "Operation not permitted", 1}};
  review.rules = rules();
  Change listener = new_listener();
  listener.process->exe_deleted = true;
  listener.process->exe_sha256 = std::string(64, 'e');
  const Timestamp since = at("2026-01-03T02:00:00Z");
  const Background never{Past{0, 41, since, {}, {}}, ""};
  const Background often{Past{12, 41, since, since, at("2026-02-01T02:00:00Z")},
                         "postgresql-15 15.6-0+deb12u1"};
  review.changes = {{listener, Status::unapproved, {}, {}, never},
                    {new_peer(), Status::unapproved, {}, 4, never},
                    {widened(), Status::expired, 1, {}, often},
                    {promised_listener(), Status::expected_missing, 2, {}, {}},
                    {new_endpoint(8443), Status::approved, 0, {}, {}},
                    {resolver("10.0.0.53"), Status::approved, 3, {}, {}},
                    {resolver("10.0.1.53"), Status::approved, 3, {}, {}},
                    {inbound_gone(), Status::notice, {}, {}, {}}};
  review.caveats = {
      {GapCode::netns_not_entered, Side::before, Weight::decisive, 1,
       "1 network namespace was not entered in netns:blue (Operation not permitted)"},
      {Circumstance::rebooted, Side::both, Weight::informational, 1,
       "the host was rebooted in between"},
      {Circumstance::rule_matched_nothing, Side::both, Weight::informational, 1,
       "CHG-1042.toml:27: the rule matched nothing: metrics port of the new release"}};
  review.summary = {
      .unapproved = 2, .approved = 3, .expected_missing = 1, .expired = 1, .notice = 1};
  review.verdict = Verdict::unapproved;
  review.exit_code = ExitCode::unapproved;
  return review;
}

Review small_review() {
  Review review = decided_review();
  review.changes = {review.changes[0], review.changes[1], review.changes[4]};
  review.summary = {.unapproved = 2, .approved = 1};
  return review;
}

Review hostile_review() {
  Review review = clean_review();
  const auto& texts = markup_texts();
  const std::string all = fmt::format("{}", fmt::join(texts, " "));
  for (SnapshotInfo* info : {&review.before, &review.after}) {
    info->note = info->ticket = info->host_name = info->kernel = info->user.name = all;
    info->sudo_user->name = info->label = info->digest = all;
  }
  Rule hostile = rule(1, all);
  hostile.approved_by = hostile.ticket = hostile.file = all;
  Rule idle = hostile;
  review.rules = {{hostile, 1}, {idle, 0}};
  std::uint16_t port = 9000;
  for (const auto& text : texts) {
    Change added = hostile_listener(text, port++);
    added.process->unit = added.process->parents[0] = text;
    added.attributes = {{Attribute::exe, {text}, {text, text}}};
    review.changes.push_back({added, Status::unapproved, {}, {}, {{}, text}});
  }
  Change silent = hostile_listener(all, port);
  silent.process.reset();
  silent.no_process = all;
  review.changes.push_back({silent, Status::approved, 0, 0, {}});
  review.caveats = {{Circumstance::rebooted, Side::both, Weight::decisive, 1, all}};
  review.gaps_before = review.gaps_after = {
      {GapCode::netns_not_entered, Scope{ScopeKind::named, all}, std::nullopt, all, 1}};
  review.summary = {.unapproved = texts.size(), .approved = 1};
  review.verdict = Verdict::unapproved;
  review.exit_code = ExitCode::unapproved;
  return review;
}

}  // namespace netmon::fixture
