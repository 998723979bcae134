// Acceptance of gaps by rules and options.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "builder.h"
#include "comparison.h"
#include "netmon/core/review/review.h"

using namespace netmon;
using namespace netmon::test;

namespace {

Review reviewed(const Builder& before, const Builder& after, std::vector<Rule> rules = {},
                const ReviewOptions& options = {}) {
  return review(diff(before.get(), after.get()), {std::move(rules), {}}, options);
}

Rule accept_gap(CaveatCode code, Match match = {}) {
  return {.kind = RuleKind::accept_gap,
          .gap = code,
          .match = std::move(match),
          .reason = "the agent refuses",
          .file = "gaps.toml",
          .line = 7};
}

Builder unseen(std::uint16_t port, Protocol protocol = Protocol::tcp) {
  const State state = protocol == Protocol::tcp ? State::listen : State::unconnected;
  return Builder().socket(protocol, state, endpoint("0.0.0.0", port), {}, {},
                          OwnerState::not_permitted);
}

}  // namespace

TEST_CASE("a gap is accepted by its code and by what it carries") {
  const Caveat caveat{.code = GapCode::owners_not_visible,
                      .weight = Weight::decisive,
                      .scope = Scope{},
                      .protocol = Protocol::tcp,
                      .port = std::uint16_t{2024},
                      .process = "agent"};
  const auto accepted = [&](const Match& match, GapCode code = GapCode::owners_not_visible) {
    return accepts({.kind = RuleKind::accept_gap, .gap = code, .match = match}, caveat, "db1");
  };
  CHECK(accepted({}));
  CHECK(accepted({.protocols = {Protocol::tcp}, .ports = {{2024, 2024}}}));
  CHECK(accepted({.processes = {"agent"}, .scopes = {Scope{}}}));
  CHECK_FALSE(accepted({}, GapCode::owners_not_found));
  CHECK_FALSE(accepted({.protocols = {Protocol::udp}}));
  CHECK_FALSE(accepted({.ports = {{2025, 2025}}}));
  CHECK_FALSE(accepted({.processes = {"other"}}));
  CHECK_FALSE(accepted({.scopes = {{ScopeKind::named, "blue"}}}));
  Rule elsewhere{
      .kind = RuleKind::accept_gap, .gap = GapCode::owners_not_visible, .hosts = {"web1"}};
  CHECK_FALSE(accepts(elsewhere, caveat, "db1"));
  elsewhere.kind = RuleKind::expect;
  elsewhere.hosts.clear();
  CHECK_FALSE(accepts(elsewhere, caveat, "db1"));
}

TEST_CASE("a gap that does not say where it is is accepted by no rule that does") {
  const Caveat caveat{.code = GapCode::owners_not_visible, .weight = Weight::decisive};
  const auto accepted = [&](const Match& match) {
    return accepts({.kind = RuleKind::accept_gap, .gap = caveat.code, .match = match}, caveat, "");
  };
  CHECK(accepted({}));
  CHECK_FALSE(accepted({.protocols = {Protocol::tcp}}));
  CHECK_FALSE(accepted({.ports = {{0, 65535}}}));
  CHECK_FALSE(accepted({.processes = {"agent"}}));
  CHECK_FALSE(accepted({.scopes = {Scope{}}}));
}

TEST_CASE("equal blindness is inconclusive until somebody answers for it") {
  CHECK(exit_of(unseen(2024), unseen(2024)) == ExitCode::inconclusive);
  const auto result =
      reviewed(unseen(2024), unseen(2024),
               {accept_gap(GapCode::owners_not_visible,
                           {.protocols = {Protocol::tcp}, .ports = {{2024, 2024}}})});
  CHECK(result.exit_code == ExitCode::success);
  CHECK(result.verdict == Verdict::clean);
  REQUIRE(result.caveats.size() == 1);
  CHECK(result.caveats[0].weight == Weight::accepted);
  CHECK(result.caveats[0].message ==
        "tcp 0.0.0.0:2024: the capturing user may not see its holder (on both sides) (accepted, "
        "gaps.toml:7: "
        "the agent refuses)");
  CHECK(result.rules[0].matched == 1);
}

TEST_CASE("an accepted gap answers for what it names alone") {
  const Match match{.protocols = {Protocol::tcp}, .ports = {{2024, 2024}}};
  const std::vector<Rule> rules{accept_gap(GapCode::owners_not_visible, match)};
  CHECK(exit_of(unseen(2024, Protocol::udp), unseen(2024, Protocol::udp), rules) ==
        ExitCode::inconclusive);
  CHECK(exit_of(unseen(2025), unseen(2025), rules) == ExitCode::inconclusive);
  CHECK(exit_of(Builder().listen("0.0.0.0", 2024, {}, OwnerState::no_process),
                Builder().listen("0.0.0.0", 2024, {}, OwnerState::no_process),
                rules) == ExitCode::inconclusive);
  Builder two = unseen(2024);
  two.listen("0.0.0.0", 2025, {}, OwnerState::not_permitted);
  CHECK(exit_of(two, two, rules) == ExitCode::inconclusive);
  CHECK(exit_of(Builder(), Builder().listen("0.0.0.0", 2024, {kPython}), rules) ==
        ExitCode::unapproved);
}

TEST_CASE("an acceptance holds from its start to its end") {
  const Timestamp now = Builder().info().started_at;
  const auto exit_with = [&](auto change) {
    Rule rule = accept_gap(GapCode::owners_not_visible);
    change(rule);
    return exit_of(unseen(2024), unseen(2024), {rule});
  };
  CHECK(exit_with([&](Rule& rule) { rule.expires = now; }) == ExitCode::inconclusive);
  CHECK(exit_with([&](Rule& rule) { rule.expires = now + std::chrono::seconds{1}; }) ==
        ExitCode::success);
  CHECK(exit_with([&](Rule& rule) { rule.starts = now; }) == ExitCode::success);
  CHECK(exit_with([&](Rule& rule) { rule.starts = now + std::chrono::seconds{1}; }) ==
        ExitCode::inconclusive);
  CHECK(exit_with([&](Rule& rule) { rule.hosts = {"web1"}; }) == ExitCode::inconclusive);
}

TEST_CASE("a gap can be accepted for this once by its code") {
  const auto with = [](std::vector<CaveatCode> codes) {
    return reviewed(unseen(2024), unseen(2024), {}, {.accepted_gaps = std::move(codes)});
  };
  CHECK(with({GapCode::owners_not_found}).exit_code == ExitCode::inconclusive);
  const auto result = with({GapCode::owners_not_visible});
  CHECK(result.exit_code == ExitCode::success);
  CHECK(result.caveats.at(0).weight == Weight::accepted);
  CHECK(result.caveats[0].message.ends_with("(accepted for this review)"));
}

TEST_CASE("an accepted gap hides no change") {
  CHECK(exit_of(Builder(), unseen(80), {}, {.accepted_gaps = {GapCode::owners_not_visible}}) ==
        ExitCode::unapproved);
}

TEST_CASE("doubts of many places are one line with their number") {
  Builder both;
  for (std::uint16_t port = 1; port <= 5; ++port) {
    both.listen("0.0.0.0", port, {}, OwnerState::not_permitted);
  }
  const auto result = reviewed(both, both);
  REQUIRE(result.caveats.size() == 1);
  CHECK(result.caveats[0].count == 5);
  CHECK(result.caveats[0].message.ends_with("; and 4 places more like it"));
}
