#include "netmon/core/review/review.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "comparison.h"

namespace netmon {
namespace {

Change change(Severity severity) {
  Change result;
  result.severity = severity;
  return result;
}

Caveat caveat(Weight weight) { return {.code = GapCode::netns_not_entered, .weight = weight}; }

Comparison compared(std::vector<Change> changes, std::vector<Caveat> caveats = {}) {
  Comparison comparison;
  comparison.before.netmon_version = comparison.after.netmon_version = "0.1.0";
  comparison.changes = std::move(changes);
  comparison.caveats = std::move(caveats);
  return comparison;
}

Review reviewed(Comparison comparison, FailOn fail_on = FailOn::low) {
  return review(std::move(comparison), {}, {.fail_on = fail_on});
}

Change listener(std::uint16_t port, Severity severity = Severity::medium) {
  Change result = change(severity);
  result.port = port;
  return result;
}

Change of_kind(ChangeKind kind, std::uint16_t port, Severity severity = Severity::notice) {
  Change result = listener(port, severity);
  result.kind = kind;
  return result;
}

Rule expect(std::uint16_t port, ChangeKind kind = ChangeKind::listener_added) {
  return {.kind = RuleKind::expect,
          .changes = {kind},
          .match = {.ports = {{port, port}}},
          .reason = "planned",
          .ticket = "CHG-1",
          .file = "CHG-1.toml",
          .line = port};
}

Rule required(std::uint16_t port, ChangeKind kind = ChangeKind::listener_added) {
  Rule rule = expect(port, kind);
  rule.required = true;
  return rule;
}

constexpr Timestamp kAfter{std::chrono::seconds{1772480700}};

Rule expired(std::uint16_t port) {
  Rule rule = expect(port);
  rule.expires = kAfter;
  return rule;
}

Rule forbid(std::uint16_t port) {
  return {.kind = RuleKind::forbid,
          .match = {.ports = {{port, port}}},
          .reason = "never",
          .file = "forbidden.toml",
          .line = port};
}

SnapshotInfo captured_by(std::string user) {
  SnapshotInfo info;
  info.started_at = kAfter;
  info.user = {1000, std::move(user)};
  return info;
}

Review reviewed(Comparison comparison, std::vector<Rule> rules, FailOn fail_on = FailOn::low) {
  comparison.after = captured_by("audit");
  return review(std::move(comparison), {std::move(rules), {}}, {.fail_on = fail_on});
}

// "unapproved 22 high", in the order of the review.
test::Words words_of(const Review& review) {
  test::Words words;
  for (const ReviewedChange& reviewed : review.changes) {
    words.push_back(std::string(to_string(reviewed.status)) + " " +
                    std::to_string(reviewed.change.port.value_or(0)) + " " +
                    std::string(to_string(reviewed.change.severity)));
  }
  return words;
}

test::Words caveats_of(const Review& review) {
  test::Words words;
  for (const Caveat& caveat : review.caveats)
    words.push_back(fmt::format("{}: {}", to_string(caveat.code), caveat.message));
  return words;
}

}  // namespace

TEST_CASE("nothing but notices is clean") {
  const auto result = reviewed(compared({change(Severity::notice)}));
  CHECK(result.verdict == Verdict::clean);
  CHECK(result.exit_code == ExitCode::success);
  CHECK(result.summary == ReviewSummary{.notice = 1});
  CHECK(result.changes.front().status == Status::notice);
}

TEST_CASE("a change of any severity is unapproved") {
  for (const Severity severity : {Severity::low, Severity::medium, Severity::high}) {
    const auto result = reviewed(compared({change(severity)}));
    CHECK(result.verdict == Verdict::unapproved);
    CHECK(result.exit_code == ExitCode::unapproved);
    CHECK(result.summary.unapproved == 1);
  }
}

TEST_CASE("a decisive caveat without a change is inconclusive") {
  const auto result = reviewed(compared({}, {caveat(Weight::decisive)}));
  CHECK(result.verdict == Verdict::inconclusive);
  CHECK(result.exit_code == ExitCode::inconclusive);
  CHECK(reviewed(compared({}, {caveat(Weight::informational)})).exit_code == ExitCode::success);
}

TEST_CASE("an unapproved change outweighs a caveat") {
  const auto result = reviewed(compared({change(Severity::low)}, {caveat(Weight::decisive)}));
  CHECK(result.verdict == Verdict::unapproved);
  CHECK(result.exit_code == ExitCode::unapproved);
}

TEST_CASE("fail-on moves the exit code and leaves the verdict") {
  const auto below = reviewed(compared({change(Severity::medium)}), FailOn::high);
  CHECK(below.verdict == Verdict::unapproved);
  CHECK(below.exit_code == ExitCode::success);
  CHECK(reviewed(compared({change(Severity::high)}), FailOn::high).exit_code ==
        ExitCode::unapproved);
  CHECK(reviewed(compared({change(Severity::high)}), FailOn::never).exit_code == ExitCode::success);
}

TEST_CASE("fail-on lets changes pass, never blindness") {
  CHECK(reviewed(compared({change(Severity::high)}, {caveat(Weight::decisive)}), FailOn::never)
            .exit_code == ExitCode::inconclusive);
}

TEST_CASE("a threshold is one of four words") {
  CHECK(parse_fail_on("low") == FailOn::low);
  CHECK(parse_fail_on("high") == FailOn::high);
  CHECK(parse_fail_on("never") == FailOn::never);
  CHECK_FALSE(parse_fail_on("notice"));
  CHECK_FALSE(parse_fail_on(""));
}

TEST_CASE("what a rule matches is approved, and names the rule") {
  const auto result = reviewed(compared({listener(22), listener(443)}), {expect(443), expect(22)});
  CHECK(words_of(result) == test::Words{"approved 22 medium", "approved 443 medium"});
  CHECK(result.changes[0].rule == 1);
  CHECK(result.changes[1].rule == 0);
  CHECK(result.rules[0].matched == 1);
  CHECK(result.summary == ReviewSummary{.approved = 2});
  CHECK(result.verdict == Verdict::clean);
  CHECK(result.exit_code == ExitCode::success);
  CHECK(result.caveats.empty());
}

TEST_CASE("what no rule matches stays unapproved") {
  const auto result = reviewed(compared({listener(22), listener(443)}), {expect(443)});
  CHECK(words_of(result) == test::Words{"unapproved 22 medium", "approved 443 medium"});
  CHECK_FALSE(result.changes[0].rule);
  CHECK(result.exit_code == ExitCode::unapproved);
}

TEST_CASE("no rule at all approves nothing") {
  CHECK(reviewed(compared({listener(22)}), std::vector<Rule>{}).exit_code == ExitCode::unapproved);
}

TEST_CASE("an approval is over from its moment on") {
  const auto over = reviewed(compared({listener(22)}), {expired(22)});
  CHECK(words_of(over) == test::Words{"expired 22 medium"});
  CHECK(over.changes.front().rule == 0);
  CHECK(over.verdict == Verdict::unapproved);
  CHECK(over.exit_code == ExitCode::unapproved);
  Rule not_yet = expired(22);
  *not_yet.expires += std::chrono::milliseconds{1};
  CHECK(words_of(reviewed(compared({listener(22)}), {not_yet})) ==
        test::Words{"approved 22 medium"});
}

TEST_CASE("the first rule that is not over approves") {
  const auto result = reviewed(compared({listener(22)}), {expired(22), expect(22), expect(22)});
  CHECK(words_of(result) == test::Words{"approved 22 medium"});
  CHECK(result.changes.front().rule == 1);
  CHECK(result.rules[2].matched == 1);
  CHECK(result.caveats.empty());
}

TEST_CASE("a promise that was not kept is missing") {
  const auto result = reviewed(compared({}), {required(8443)});
  REQUIRE(words_of(result) == test::Words{"expected-missing 8443 medium"});
  const ReviewedChange& missing = result.changes.front();
  CHECK(missing.rule == 0);
  CHECK(missing.change.kind == ChangeKind::listener_added);
  CHECK(missing.change.identity.role == Role::listener);
  CHECK(missing.change.identity.protocol == Protocol::tcp);
  CHECK_FALSE(missing.change.process);
  CHECK(missing.change.fingerprint.size() == 17);
  CHECK(missing.change.message ==
        "expected, not seen: listener-added port 8443 (CHG-1.toml:8443: planned)");
  CHECK(result.summary == ReviewSummary{.expected_missing = 1});
  CHECK(result.verdict == Verdict::unapproved);
  CHECK(result.exit_code == ExitCode::unapproved);
}

TEST_CASE("a promise is shown by all that its rule names") {
  Rule rule = required(443, ChangeKind::outbound_added);
  rule.changes.push_back(ChangeKind::inbound_added);
  rule.match.protocols = {Protocol::udp};
  rule.match.ports = {{443, 443}, {8000, 8100}};
  rule.match.processes = {"curl", "wget"};
  rule.match.executables = {"/usr/bin/curl"};
  rule.match.users = {"www-data"};
  rule.match.peers = {parse_ip_prefix("10.0.0.0/8").value()};
  rule.match.scopes = {{ScopeKind::named, "dmz"}};
  const auto result = reviewed(compared({}), {rule});
  const Change& missing = result.changes.front().change;
  CHECK(missing.message ==
        "expected, not seen: outbound-added or inbound-added protocol udp port 443 or 8000-8100 "
        "process curl or wget exe /usr/bin/curl user www-data peer 10.0.0.0/8 scope netns:dmz "
        "(CHG-1.toml:443: planned)");
  CHECK(missing.identity.remote == Peer{"10.0.0.0/8", std::nullopt});
  CHECK_FALSE(missing.port);
  CHECK(missing.identity.scope == Scope{ScopeKind::named, "dmz"});
}

TEST_CASE("promises of every kind can be missing, each by a name of its own") {
  std::vector<Rule> rules;
  for (const ChangeKind kind : all_change_kinds()) {
    rules.push_back(required(443, kind));
    rules.push_back(required(443, kind));
    rules.back().match.processes = {"nginx"};
  }
  std::vector<std::string> fingerprints;
  for (const auto& missing : reviewed(compared({}), rules).changes) {
    fingerprints.push_back(missing.change.fingerprint);
    const bool peer = missing.change.identity.role == Role::outbound ||
                      missing.change.identity.role == Role::inbound;
    CHECK(missing.change.identity.remote.has_value() == peer);
  }
  CHECK(fingerprints.size() == rules.size());
  std::ranges::sort(fingerprints);
  CHECK(std::ranges::adjacent_find(fingerprints) == fingerprints.end());
}

TEST_CASE("a promise is kept by a rule that is over, by a notice and by what is forbidden") {
  Rule over = expired(22);
  over.required = true;
  CHECK(words_of(reviewed(compared({listener(22)}), {over})) == test::Words{"expired 22 medium"});
  CHECK(words_of(reviewed(compared({of_kind(ChangeKind::listener_removed, 22)}),
                          {required(22, ChangeKind::listener_removed)})) ==
        test::Words{"approved 22 notice"});
  CHECK(words_of(reviewed(compared({listener(22)}), {required(22), forbid(22)})) ==
        test::Words{"unapproved 22 high"});
}

TEST_CASE("a promise whose time is over is still missing") {
  Rule over = expired(22);
  over.required = true;
  CHECK(words_of(reviewed(compared({}), {over})) == test::Words{"expected-missing 22 medium"});
}

TEST_CASE("a move keeps the promise that the old port is gone") {
  Change moved = of_kind(ChangeKind::moved, 8443, Severity::medium);
  moved.attributes = {{Attribute::port, {"8080"}, {"8443"}}};
  const auto gone = required(8080, ChangeKind::listener_removed);
  CHECK(words_of(reviewed(compared({moved}), {gone, required(8443)})) ==
        test::Words{"approved 8443 medium"});
  const auto alone = reviewed(compared({moved}), {gone});
  CHECK(words_of(alone) == test::Words{"unapproved 8443 medium"});
  CHECK(alone.rules[0].matched == 1);
  Rule both = required(8443);
  both.changes.push_back(ChangeKind::listener_removed);
  both.match.ports = {{8080, 8443}};
  CHECK(reviewed(compared({moved}), {both}).rules[0].matched == 1);
  moved.addresses = {"10.0.0.5"};
  moved.attributes.push_back({Attribute::bind, {"127.0.0.1"}, {"10.0.0.5"}});
  Rule on_loopback = gone;
  on_loopback.match.binds = {parse_ip_prefix("127.0.0.0/8").value()};
  CHECK(reviewed(compared({moved}), {on_loopback}).rules[0].matched == 1);
}

TEST_CASE("a notice that no rule matches, or one that is over, stays a notice") {
  const Change gone = of_kind(ChangeKind::listener_removed, 22);
  Rule over = expired(22);
  over.changes = {ChangeKind::listener_removed};
  for (const Rule& rule : {over, expect(23, ChangeKind::listener_removed)}) {
    const auto result = reviewed(compared({gone}), {rule});
    CHECK(words_of(result) == test::Words{"notice 22 notice"});
    CHECK(result.exit_code == ExitCode::success);
  }
}

TEST_CASE("what is forbidden is high and unapproved, whatever approves it") {
  const auto result =
      reviewed(compared({listener(23, Severity::low)}), {expect(23), forbid(23), forbid(23)});
  CHECK(words_of(result) == test::Words{"unapproved 23 high"});
  CHECK(result.changes.front().forbidden_by == 1);
  CHECK_FALSE(result.changes.front().rule);
  CHECK(reviewed(compared({listener(23, Severity::low)}), {forbid(23)}, FailOn::high).exit_code ==
        ExitCode::unapproved);
}

TEST_CASE("a ban makes a notice gate, unless less is open") {
  CHECK(words_of(reviewed(compared({of_kind(ChangeKind::inbound_added, 23)}), {forbid(23)})) ==
        test::Words{"unapproved 23 high"});
  CHECK(words_of(reviewed(compared({of_kind(ChangeKind::listener_removed, 23)}), {forbid(23)})) ==
        test::Words{"notice 23 notice"});
}

TEST_CASE("what needs a decision comes first") {
  const auto result = reviewed(
      compared({listener(1, Severity::high), listener(2, Severity::high), listener(3), listener(4),
                listener(5, Severity::low), of_kind(ChangeKind::client_removed, 6)}),
      {expect(1), expired(2), expect(4), required(7), forbid(5)});
  CHECK(words_of(result) == test::Words{"unapproved 5 high", "unapproved 3 medium",
                                        "expired 2 high", "expected-missing 7 medium",
                                        "approved 1 high", "approved 4 medium", "notice 6 notice"});
}

TEST_CASE("blindness comes before a missing promise, and after what is unapproved") {
  const Caveat blind = caveat(Weight::decisive);
  const auto missing = reviewed(compared({}, {blind}), {required(22)});
  CHECK(missing.verdict == Verdict::inconclusive);
  CHECK(missing.exit_code == ExitCode::inconclusive);
  CHECK(missing.summary.expected_missing == 1);
  const auto over = reviewed(compared({listener(22)}, {blind}), {expired(22)});
  CHECK(over.verdict == Verdict::unapproved);
  CHECK(over.exit_code == ExitCode::unapproved);
  CHECK(reviewed(compared({listener(22)}, {blind}), {expect(22)}).exit_code ==
        ExitCode::inconclusive);
}

TEST_CASE("fail-on looks at what expired and what is missing by its severity") {
  CHECK(reviewed(compared({listener(22)}), {expired(22)}, FailOn::high).exit_code ==
        ExitCode::success);
  CHECK(reviewed(compared({listener(22)}), {expired(22)}, FailOn::medium).exit_code ==
        ExitCode::unapproved);
  CHECK(reviewed(compared({}), {required(22)}, FailOn::medium).exit_code == ExitCode::unapproved);
  const auto below = reviewed(compared({}), {required(22)}, FailOn::high);
  CHECK(below.exit_code == ExitCode::success);
  CHECK(below.verdict == Verdict::unapproved);
  CHECK(
      reviewed(compared({}, {caveat(Weight::decisive)}), {required(22)}, FailOn::never).exit_code ==
      ExitCode::inconclusive);
}

TEST_CASE("an approval that matched nothing is said, a ban or a promise that did not is not") {
  Rule standing = expect(1);
  standing.ticket.clear();
  const auto result = reviewed(compared({}, {caveat(Weight::informational)}),
                               {expect(443), standing, standing, forbid(23), required(22)});
  CHECK(caveats_of(result) ==
        test::Words{"netns-not-entered: ",
                    "rule-matched-nothing: CHG-1.toml:443: the rule matched nothing: planned",
                    "rule-matched-nothing: 2 standing rules matched nothing"});
  CHECK(result.caveats[2].count == 2);
  CHECK(std::ranges::all_of(
      result.caveats, [](const Caveat& each) { return each.weight == Weight::informational; }));
}

TEST_CASE("who approves a capture of their own is named") {
  Rule rule = expect(22);
  rule.approved_by = "AUDIT";
  const auto result = reviewed(compared({listener(22), listener(22)}), {rule});
  CHECK(caveats_of(result) ==
        test::Words{"self-approved: 2 changes approved by AUDIT, who also made the capture"});
  CHECK(result.exit_code == ExitCode::success);
  for (const char* other : {"audi", "audit2", "change-board", ""}) {
    rule.approved_by = other;
    CHECK(reviewed(compared({listener(22)}), {rule}).caveats.empty());
  }
}

TEST_CASE("who captured is also who called sudo and who logged in") {
  Rule rule = expect(22);
  rule.approved_by = "ops";
  SnapshotInfo by_sudo = captured_by("root");
  by_sudo.sudo_user = User{1001, "ops"};
  const auto caveats_when = [&](SnapshotInfo before, SnapshotInfo after) {
    Comparison comparison = compared({listener(22)});
    comparison.before = std::move(before);
    comparison.after = std::move(after);
    return review(std::move(comparison), {{rule}, {}}).caveats.size();
  };
  CHECK(caveats_when({}, by_sudo) == 1);
  SnapshotInfo by_login = captured_by("root");
  by_login.login_user = User{1001, "ops"};
  CHECK(caveats_when({}, by_login) == 1);
  CHECK(caveats_when(by_login, captured_by("root")) == 0);
}

}  // namespace netmon
