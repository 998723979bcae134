// From snapshots through rules to the verdict: what a rule must not hide; acceptance of gaps.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "builder.h"
#include "comparison.h"
#include "netmon/core/review/review.h"

using namespace netmon;
using namespace netmon::test;

namespace {

const Process kWeb = as_user(process("nginx", 200), 33, "www-data");

Review reviewed(const Builder& before, const Builder& after, std::vector<Rule> rules = {},
                const ReviewOptions& options = {}) {
  return review(diff(before.get(), after.get()), {std::move(rules), {}}, options);
}

// "unapproved owner-changed", in the order of the review.
Words statuses(const Review& review) {
  Words words;
  for (const ReviewedChange& reviewed : review.changes) {
    words.push_back(std::string(to_string(reviewed.status)) + " " +
                    std::string(to_string(reviewed.change.kind)));
  }
  return words;
}

Rule expect(std::vector<ChangeKind> kinds, Match match = {}) {
  return {.changes = std::move(kinds),
          .match = std::move(match),
          .reason = "planned",
          .ticket = "CHG-1",
          .file = "CHG-1.toml",
          .line = 3};
}

Builder unseen(std::uint16_t port, Protocol protocol = Protocol::tcp) {
  const State state = protocol == Protocol::tcp ? State::listen : State::unconnected;
  return Builder().socket(protocol, state, endpoint("0.0.0.0", port), {}, {},
                          OwnerState::not_permitted);
}

}  // namespace

TEST_CASE("an approved owner-changed approves neither the wider address nor the other user") {
  const auto result = reviewed(Builder().listen("127.0.0.1", 80, {kWeb}),
                               Builder().listen("0.0.0.0", 80, {kPython}),
                               {expect({ChangeKind::owner_changed}, {.processes = {"python3"}})});
  CHECK(statuses(result) ==
        Words{"unapproved exposure-widened", "unapproved user-changed", "approved owner-changed"});
  CHECK(result.verdict == Verdict::unapproved);
  CHECK(result.exit_code == ExitCode::unapproved);
}

TEST_CASE("an approved move approves neither the other executable nor the other user") {
  Process other = process("nginx", 900);
  other.exe_sha256 = "another";
  const auto result = reviewed(Builder().listen("0.0.0.0", 8080, {kWeb}),
                               Builder().listen("0.0.0.0", 8081, {other}),
                               {expect({ChangeKind::moved}, {.ports = {{8081, 8081}}})});
  CHECK(statuses(result) ==
        Words{"unapproved executable-changed", "unapproved user-changed", "approved moved"});
}

TEST_CASE("an approved executable approves no second program that joined") {
  Process other = kNginx;
  other.exe_sha256 = "another";
  const auto result = reviewed(Builder().listen("0.0.0.0", 80, {kNginx}),
                               Builder().listen("0.0.0.0", 80, {other, process("perl", 900)}),
                               {expect({ChangeKind::executable_changed})});
  CHECK(statuses(result) == Words{"unapproved holder-added", "approved executable-changed"});
}

TEST_CASE("an approved listener on [::] that serves IPv4 as well needs both") {
  const Builder after = Builder().listen("::", 80, {kNginx});
  const auto exit_with = [&](std::vector<std::string_view> binds) {
    Match match;
    for (const auto bind : binds) match.binds.push_back(parse_ip_prefix(bind).value());
    return exit_of(Builder(), after, {expect({ChangeKind::listener_added}, match)});
  };
  CHECK(exit_with({"::"}) == ExitCode::unapproved);
  CHECK(exit_with({"::", "0.0.0.0"}) == ExitCode::success);
}

TEST_CASE("an approved new listener is approved with all its holders or not at all") {
  const Builder after = Builder().listen("0.0.0.0", 80, {kNginx, process("perl", 900)});
  const auto exit_with = [&](std::vector<std::string> names) {
    return exit_of(Builder(), after,
                   {expect({ChangeKind::listener_added}, {.processes = std::move(names)})});
  };
  CHECK(exit_with({"nginx"}) == ExitCode::unapproved);
  CHECK(exit_with({"nginx", "perl"}) == ExitCode::success);
}

TEST_CASE("a new listener that nobody could be seen to hold is not approved by a name") {
  CHECK(exit_of(Builder(), unseen(80),
                {expect({ChangeKind::listener_added}, {.processes = {"nginx"}})}) ==
        ExitCode::unapproved);
  CHECK(exit_of(Builder(), unseen(80),
                {expect({ChangeKind::listener_added}, {.ports = {{80, 80}}})}) ==
        ExitCode::success);
}

TEST_CASE("the kernel is a program that a rule can name") {
  const Builder after = Builder().udp("0.0.0.0", 51820, {}, OwnerState::kernel);
  const auto exit_with = [&](std::string name) {
    return exit_of(Builder(), after,
                   {expect({ChangeKind::listener_added}, {.processes = {std::move(name)}})});
  };
  CHECK(exit_with("(kernel)") == ExitCode::success);
  CHECK(exit_with("nginx") == ExitCode::unapproved);
}

TEST_CASE("a forbidden holder makes the notice of its joining gate") {
  const Builder before = Builder().listen("0.0.0.0", 80, {kNginx});
  Builder after = Builder().listen("0.0.0.0", 80, {kNginx, packaged(process("helper", 900))});
  after.child_of(900, kNginx);
  CHECK(exit_of(before, after) == ExitCode::success);
  Rule forbid = expect({}, {.processes = {"helper"}});
  forbid.kind = RuleKind::forbid;
  CHECK(exit_of(before, after, {forbid}) == ExitCode::unapproved);
}

TEST_CASE("an approval holds from its start") {
  Rule rule = expect({ChangeKind::listener_added});
  const Builder after = Builder().listen("0.0.0.0", 80, {kNginx});
  rule.starts = Builder().info().started_at;
  CHECK(exit_of(Builder(), after, {rule}) == ExitCode::success);
  *rule.starts += std::chrono::seconds{1};
  CHECK(exit_of(Builder(), after, {rule}) == ExitCode::unapproved);
}

TEST_CASE("two hosts are compared on purpose or not at all") {
  Builder other;
  other.info().machine_id = "another";
  CHECK(exit_of(Builder(), other) == ExitCode::inconclusive);
  CHECK(exit_of(Builder(), other, {}, {.across_hosts = true}) == ExitCode::success);
}

TEST_CASE("a reversed order is inconclusive, a renamed host in one boot is not") {
  const Builder later = Builder().later();
  CHECK(exit_of(later, Builder()) == ExitCode::inconclusive);
  CHECK(exit_of(later, Builder(), {}, {.across_hosts = true}) == ExitCode::inconclusive);
  Builder renamed = later;
  renamed.info().host_name = "db2";
  CHECK(exit_of(Builder(), renamed) == ExitCode::success);
  CHECK(exit_of(Builder(), renamed.second_boot()) == ExitCode::inconclusive);
}

TEST_CASE("what is gone gates where that is asked for, and can be approved") {
  const Builder before = Builder().listen("0.0.0.0", 80, {kNginx}).connect("8.8.8.8", 53, {kSshd});
  const ReviewOptions gone{.fail_on_removed = true};
  CHECK(exit_of(before, Builder()) == ExitCode::success);
  const auto result = reviewed(before, Builder(), {}, gone);
  CHECK(statuses(result) == Words{"unapproved listener-removed", "unapproved outbound-removed"});
  CHECK(result.exit_code == ExitCode::unapproved);
  const std::vector<Rule> rules{
      expect({ChangeKind::listener_removed, ChangeKind::outbound_removed})};
  CHECK(exit_of(before, Builder(), rules, gone) == ExitCode::success);
}

TEST_CASE("inbound peers, clients and holders that are gone never gate") {
  Builder before =
      Builder().listen("0.0.0.0", 80, {kNginx, kSshd}).accept("10.0.0.5", 80, {kNginx});
  before.udp("0.0.0.0", 40000, {kPython}).chosen_by(PortChoice::kernel);
  CHECK(exit_of(before, Builder().listen("0.0.0.0", 80, {kNginx}), {}, {.fail_on_removed = true}) ==
        ExitCode::success);
}

TEST_CASE("the verdict says of what it speaks") {
  Builder both = Builder().listen("0.0.0.0", 80, {kNginx}).listen("0.0.0.0", 22, {kSshd});
  CHECK(reviewed(both, both).verdict_scope == "all of 2 places compared");
  Builder blind = both;
  blind.listen("0.0.0.0", 2024, {}, OwnerState::not_permitted);
  CHECK(reviewed(blind, blind).verdict_scope == "2 of 3 places decided");
  both.info().netns = NetnsSelection::current;
  both.gap({.code = GapCode::netns_not_requested, .count = 3});
  const auto current = reviewed(both, both);
  CHECK(current.verdict == Verdict::clean);
  CHECK(current.verdict_scope == "for what was asked (this namespace): all of 2 places compared");
}

TEST_CASE("background goes with its change, in whatever order the review is") {
  Builder after = Builder().listen("0.0.0.0", 80, {kNginx}).listen("127.0.0.1", 81, {kPython});
  Comparison comparison = diff(Builder().get(), after.get());
  REQUIRE(comparison.changes.size() == 2);
  const auto result =
      review(comparison, {{expect({ChangeKind::listener_added}, {.ports = {{80, 80}}})}, {}}, {},
             {{.package = "first"}, {.package = "second"}});
  CHECK(result.changes[0].change.port == 81);
  CHECK(result.changes[0].background.package == "second");
  CHECK(result.changes[1].background.package == "first");
}
