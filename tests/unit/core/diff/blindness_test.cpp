// What a diff says where one side, or neither side, could see.
#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "builder.h"
#include "comparison.h"
#include "netmon/core/diff/diff.h"

using namespace netmon;
using namespace netmon::test;

namespace {

Builder web(std::vector<Process> owners, OwnerState without = OwnerState::not_permitted) {
  return Builder().listen("0.0.0.0", 80, std::move(owners), without);
}

Builder unseen() { return web({}); }

}  // namespace

TEST_CASE("who holds a listener behind blindness is undecided, never that it is held") {
  for (const auto& [before, after] :
       {std::pair{web({kNginx}), unseen()}, std::pair{unseen(), web({kNginx})}}) {
    const auto comparison = diff(before.get(), after.get());
    CHECK(comparison.changes.empty());
    CHECK_FALSE(is_conclusive(comparison));
    CHECK(exit_of(before, after) == ExitCode::inconclusive);
  }
  CHECK(has_decisive(diff(unseen().get(), web({kNginx}).get()), GapCode::owners_not_visible,
                     Side::before));
  CHECK(has_decisive(diff(web({kNginx}).get(), unseen().get()), GapCode::owners_not_visible,
                     Side::after));
}

TEST_CASE("sides that are equally blind are blind") {
  const auto comparison = diff(unseen().get(), unseen().get());
  CHECK(comparison.changes.empty());
  CHECK(has_decisive(comparison, GapCode::owners_not_visible, Side::both));
  CHECK(comparison.places == 1);
  CHECK(comparison.undecided == 1);
  CHECK(exit_of(unseen(), unseen()) == ExitCode::inconclusive);
}

TEST_CASE("a doubt names the place, so that a rule can answer for it") {
  const auto caveats = diff(unseen().get(), unseen().get()).caveats;
  REQUIRE(caveats.size() == 1);
  CHECK(caveats[0].scope == Scope{});
  CHECK(caveats[0].protocol == Protocol::tcp);
  CHECK(caveats[0].port == 80);
  CHECK(caveats[0].process.empty());
  CHECK(caveats[0].message ==
        "tcp 0.0.0.0:80: the capturing user may not see its holder (on both sides)");
}

TEST_CASE("the doubt about a peer has the remote port") {
  const auto peer = [] {
    return Builder().connect("203.0.113.7", 443, {}, State::established, OwnerState::not_permitted);
  };
  const auto caveats = diff(peer().get(), peer().get()).caveats;
  REQUIRE(caveats.size() == 1);
  CHECK(caveats[0].port == 443);
}

TEST_CASE("a wider binding shows even where the process does not") {
  CHECK(kinds(Builder().listen("127.0.0.1", 22, {kSshd}),
              Builder().listen("0.0.0.0", 22, {}, OwnerState::not_permitted)) ==
        Words{"exposure-widened high"});
}

TEST_CASE("a place that is new where BEFORE could see is added, whoever holds it") {
  const auto comparison = diff(Builder().get(), unseen().get());
  CHECK(kinds(comparison) == Words{"listener-added high"});
  CHECK(comparison.changes.front().message == "new listener: tcp 0.0.0.0:80 (not permitted)");
  CHECK(comparison.changes.front().no_process == "not permitted");
  CHECK(comparison.changes.front().holders.empty());
  CHECK(kinds(Builder(), Builder().connect("203.0.113.7", 443, {}, State::established,
                                           OwnerState::not_permitted)) ==
        Words{"outbound-added high"});
}

TEST_CASE("a program that BEFORE is known not to have had joins beside an unseen holder") {
  Builder after = web({kNginx});
  after.listen("0.0.0.0", 80, {}, OwnerState::not_permitted).listen("0.0.0.0", 80, {kPerl});
  CHECK(kinds(web({kNginx}), after) == Words{"holder-added high"});
  CHECK_FALSE(is_conclusive(diff(web({kNginx}).get(), after.get())));
}

TEST_CASE("an unseen socket that joins a listener decides") {
  Builder after = web({kNginx});
  after.listen("0.0.0.0", 80, {}, OwnerState::not_permitted);
  const auto comparison = diff(web({kNginx}).get(), after.get());
  CHECK(comparison.changes.empty());
  CHECK_FALSE(is_conclusive(comparison));
}

TEST_CASE("a program that is gone from among unseen ones decides") {
  Builder before = unseen();
  before.listen("0.0.0.0", 80, {kNginx});
  const auto comparison = diff(before.get(), unseen().get());
  CHECK(comparison.changes.empty());
  CHECK_FALSE(is_conclusive(comparison));
}

TEST_CASE("a program that may have been among unseen ones decides") {
  Builder before = unseen();
  before.listen("0.0.0.0", 80, {kNginx});
  const auto comparison = diff(before.get(), web({kNginx, kPerl}).get());
  CHECK(comparison.changes.empty());
  CHECK_FALSE(is_conclusive(comparison));
}

TEST_CASE("what differs of a program that both sides saw shows beside unseen ones") {
  Process other = kNginx;
  other.exe_sha256 = "another";
  Builder before = unseen();
  before.listen("0.0.0.0", 80, {kNginx});
  Builder after = unseen();
  after.listen("0.0.0.0", 80, {other});
  CHECK(kinds(before, after) == Words{"executable-changed high"});
}

TEST_CASE("a socket that the kernel holds is its own program's") {
  const auto wireguard = [](OwnerState state) {
    return Builder().udp("0.0.0.0", 51820, {}, state);
  };
  CHECK(is_quiet(wireguard(OwnerState::kernel), wireguard(OwnerState::kernel)));
  const auto added = diff(Builder().get(), wireguard(OwnerState::kernel).get());
  CHECK(kinds(added) == Words{"listener-added high"});
  CHECK(added.changes.at(0).identity.program == kKernelProgram);
  CHECK(added.changes.at(0).message == "new listener: udp 0.0.0.0:51820 ((kernel))");
  CHECK(kinds(wireguard(OwnerState::kernel),
              Builder().udp("0.0.0.0", 51820, {kPerl}).chosen_by(PortChoice::program)) ==
        Words{"owner-changed high"});
}

TEST_CASE("a file without a holder that was found is blindness, and no kernel's socket") {
  const auto nfs = [](OwnerState state) { return Builder().listen("0.0.0.0", 2049, {}, state); };
  for (const auto& [before, after] : {std::pair{OwnerState::kernel, OwnerState::no_process},
                                      std::pair{OwnerState::no_process, OwnerState::kernel},
                                      std::pair{OwnerState::no_process, OwnerState::no_process}}) {
    const auto comparison = diff(nfs(before).get(), nfs(after).get());
    CHECK(comparison.changes.empty());
    CHECK_FALSE(is_conclusive(comparison));
    CHECK(has_caveat(comparison, "owners-not-found"));
  }
}

TEST_CASE("a holder that went away in one pass is none by nature, in both it is blindness") {
  const auto vanished = [](Presence presence) {
    Builder builder = web({}, OwnerState::vanished);
    builder.last().presence = presence;
    return builder;
  };
  CHECK_FALSE(is_conclusive(diff(web({kNginx}).get(), vanished(Presence::both).get())));
  CHECK(is_conclusive(diff(web({kNginx}).get(), vanished(Presence::second_pass_only).get())));
}

TEST_CASE(
    "a connection without a holder by nature proves that the place was used, and no program") {
  const auto closed = [] {
    return Builder().connect("10.0.0.9", 5432, {}, State::time_wait, OwnerState::time_wait);
  };
  const Builder open = Builder().connect("10.0.0.9", 5432, {kPython});
  CHECK(is_quiet(closed(), closed()));
  CHECK(is_quiet(open, closed()));
  CHECK(kinds(closed(), open) == Words{"outbound-added medium"});
  Builder both = closed();
  both.connect("10.0.0.9", 5432, {kPython});
  CHECK(is_quiet(both, open));
}

TEST_CASE("a closed connection beside an open one is the same change") {
  Builder after;
  after.connect("185.220.101.5", 4444, {}, State::time_wait, OwnerState::time_wait);
  after.connect("185.220.101.5", 4444, {kPython});
  const auto comparison = diff(Builder().get(), after.get());
  CHECK(kinds(comparison) == Words{"outbound-added high"});
  CHECK(comparison.changes.front().process->name == "python3");
}

TEST_CASE("a closed connection of before does not hide a new program to that peer") {
  Builder before;
  before.connect("185.220.101.5", 443, {}, State::time_wait, OwnerState::time_wait);
  before.connect("185.220.101.5", 443, {kNginx});
  Builder after;
  after.connect("185.220.101.5", 443, {kNginx}).connect("185.220.101.5", 443, {kPython});
  CHECK(kinds(before, after) == Words{"outbound-added high"});
  CHECK(is_conclusive(diff(before.get(), after.get())));
  CHECK(kinds(after, before) == Words{"outbound-removed notice"});
}

TEST_CASE("a connection of a process that is hidden leaves a new program undecided") {
  Builder before;
  before.connect("10.0.0.9", 5432, {}, State::established, OwnerState::not_permitted);
  before.connect("10.0.0.9", 5432, {kNginx});
  Builder after;
  after.connect("10.0.0.9", 5432, {kNginx}).connect("10.0.0.9", 5432, {kPython});
  const auto comparison = diff(before.get(), after.get());
  CHECK(comparison.changes.empty());
  CHECK_FALSE(is_conclusive(comparison));
}

TEST_CASE("absent behind a gap is unknown, neither added nor removed") {
  const Scope blue{ScopeKind::named, "blue"};
  const Builder sees = Builder().in(blue).listen("0.0.0.0", 80, {kNginx});
  const Builder blind = Builder().gap({.code = GapCode::netns_not_entered,
                                       .scope = blue,
                                       .reason = "Operation not permitted",
                                       .count = 1});
  for (const auto& [before, after] : {std::pair{sees, blind}, std::pair{blind, sees}}) {
    const auto comparison = diff(before.get(), after.get(), Unchanged::listed);
    CHECK(comparison.changes.empty());
    CHECK(comparison.places == 1);
    CHECK(comparison.undecided == 1);
    CHECK(has_caveat(comparison, "netns-not-entered"));
    CHECK_FALSE(is_conclusive(comparison));
    REQUIRE(comparison.unchanged.size() == 1);
    CHECK(comparison.unchanged[0].undecided);
  }
}

TEST_CASE("a protocol that was not answered hides that protocol's places") {
  const Builder blind = Builder().gap(
      {.code = GapCode::protocol_not_answered, .protocol = Protocol::udp, .count = 1});
  CHECK(kinds(blind, Builder().udp("0.0.0.0", 53, {kPerl})).empty());
  CHECK(kinds(blind, Builder().listen("0.0.0.0", 53, {kPerl})) == Words{"listener-added high"});
}

TEST_CASE("what never gates is not in doubt behind a gap") {
  const Scope blue{ScopeKind::named, "blue"};
  const Builder sees =
      Builder().in(blue).udp("0.0.0.0", 40000, {kPython}).chosen_by(PortChoice::kernel);
  const Builder blind =
      Builder().gap({.code = GapCode::netns_not_entered, .scope = blue, .count = 1});
  CHECK(diff(blind.get(), sees.get()).caveats.size() == 1);
}

TEST_CASE("of several reasons for blindness at one place each is a doubt") {
  Builder both = unseen();
  both.listen("0.0.0.0", 80, {}, OwnerState::no_process);
  const auto comparison = diff(both.get(), both.get());
  CHECK(has_decisive(comparison, GapCode::owners_not_visible, Side::both));
  CHECK(has_decisive(comparison, GapCode::owners_not_found, Side::both));
  CHECK(exit_of(both, both, {}, {.accepted_gaps = {GapCode::owners_not_found}}) ==
        ExitCode::inconclusive);
  CHECK(exit_of(both, both, {}, {.accepted_gaps = {GapCode::owners_not_visible}}) ==
        ExitCode::inconclusive);
}

TEST_CASE("reasons that differ from one side to the other are two doubts") {
  const auto comparison = diff(unseen().get(), web({}, OwnerState::no_process).get());
  CHECK(has_decisive(comparison, GapCode::owners_not_visible, Side::before));
  CHECK(has_decisive(comparison, GapCode::owners_not_found, Side::after));
}

TEST_CASE("a namespace that both sides read is seen, whatever others were not") {
  const auto with = [](std::vector<std::uint16_t> ports, const Scope& scope, GapCode code) {
    Builder builder;
    builder.in(scope, {}, 10).gap({.code = code, .count = 1});
    for (const std::uint16_t port : ports) builder.listen("0.0.0.0", port, {kNginx});
    return builder;
  };
  for (const Scope& scope : {Scope{ScopeKind::container, "nginx"}, Scope{ScopeKind::anonymous, {}},
                             Scope{ScopeKind::named, "blue"}}) {
    for (const GapCode code : {GapCode::netns_not_entered, GapCode::netns_not_requested}) {
      CAPTURE(to_string(scope));
      CAPTURE(to_string(code));
      CHECK(kinds(with({80}, scope, code), with({80, 31337}, scope, code)) ==
            Words{"listener-added high"});
      CHECK(kinds(with({80, 81}, scope, code), with({80}, scope, code)) ==
            Words{"listener-removed notice"});
    }
  }
}

TEST_CASE("a namespace of a scope that was not read completely may have been there before") {
  const Scope scope{ScopeKind::container, "nginx"};
  const Builder before = Builder().gap({.code = GapCode::netns_not_entered, .count = 1});
  const Builder after = Builder().in(scope, {}, 10).listen("0.0.0.0", 80, {kNginx});
  const auto comparison = diff(before.get(), after.get());
  CHECK(comparison.changes.empty());
  CHECK_FALSE(is_conclusive(comparison));
}
