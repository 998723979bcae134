#include "core/diff/coverage.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "builder.h"
#include "netmon/core/diff/diff.h"

namespace netmon {
namespace {

using test::Builder;

const Scope kHost{ScopeKind::host, {}};
const Scope kBlue{ScopeKind::named, "blue"};
const Scope kGreen{ScopeKind::named, "green"};
const Scope kContainer{ScopeKind::container, {}};

std::vector<std::string> codes(const std::vector<Caveat>& caveats) {
  std::vector<std::string> result;
  for (const Caveat& caveat : caveats) result.emplace_back(to_string(caveat.code));
  return result;
}

Weight weight_of_only(const std::vector<Caveat>& caveats) {
  REQUIRE(caveats.size() == 1);
  return caveats.front().weight;
}

}  // namespace

TEST_CASE("a snapshot without gaps is blind to nothing") {
  CHECK_FALSE(blind_to(Builder().get(), kHost, Protocol::tcp));
  CHECK_FALSE(blind_to(Builder().get(), kBlue, Protocol::tcp));
}

TEST_CASE("a namespace that was not entered hides what is in it, and nothing else") {
  const auto snapshot =
      Builder().gap({.code = GapCode::netns_not_entered, .scope = kBlue, .count = 1}).get();
  CHECK(blind_to(snapshot, kBlue, Protocol::tcp) == GapCode::netns_not_entered);
  CHECK_FALSE(blind_to(snapshot, kGreen, Protocol::tcp));
  CHECK_FALSE(blind_to(snapshot, kHost, Protocol::tcp));
}

TEST_CASE("a namespace that is not even known may be any that was not read") {
  for (const GapCode code : {GapCode::netns_not_entered, GapCode::netns_not_known,
                             GapCode::netns_not_requested, GapCode::processes_hidden}) {
    CAPTURE(to_string(code));
    const auto snapshot = Builder().in(kBlue).gap({.code = code, .count = 3}).get();
    CHECK(blind_to(snapshot, kGreen, Protocol::tcp));
    CHECK(blind_to(snapshot, kContainer, Protocol::tcp));
    CHECK_FALSE(blind_to(snapshot, kBlue, Protocol::tcp));
    CHECK_FALSE(blind_to(snapshot, kHost, Protocol::tcp));
  }
}

TEST_CASE("one container that was read says nothing of another that was not") {
  const auto snapshot =
      Builder().in(kContainer).gap({.code = GapCode::netns_not_entered, .count = 1}).get();
  CHECK(blind_to(snapshot, kContainer, Protocol::tcp));
}

TEST_CASE("a protocol that was not answered hides that protocol alone") {
  const auto snapshot = Builder()
                            .gap({.code = GapCode::protocol_not_answered,
                                  .scope = kHost,
                                  .protocol = Protocol::raw,
                                  .count = 1})
                            .get();
  CHECK(blind_to(snapshot, kHost, Protocol::raw));
  CHECK_FALSE(blind_to(snapshot, kHost, Protocol::tcp));
  CHECK_FALSE(blind_to(snapshot, kBlue, Protocol::raw));
}

TEST_CASE("a gap that hides sockets decides, on one side and on both") {
  for (const GapCode code :
       {GapCode::netns_not_entered, GapCode::netns_not_known, GapCode::netns_not_found,
        GapCode::processes_hidden, GapCode::protocol_not_answered}) {
    CAPTURE(to_string(code));
    Builder blind;
    blind.gap({.code = code, .count = 1});
    CHECK(weight_of_only(coverage_caveats(Builder().get(), blind.get())) == Weight::decisive);
    CHECK(weight_of_only(coverage_caveats(blind.get(), Builder().get())) == Weight::decisive);
    const auto equally = coverage_caveats(blind.get(), blind.get());
    CHECK(equally.size() == 2);
    for (const Caveat& caveat : equally) CHECK(caveat.weight == Weight::decisive);
  }
}

TEST_CASE("what was not asked for on both sides is no blindness") {
  const auto capture = [](NetnsSelection netns) {
    Builder builder;
    builder.info().netns = netns;
    if (netns == NetnsSelection::current) {
      builder.gap({.code = GapCode::netns_not_requested, .count = 2});
    }
    return builder;
  };
  const Builder current = capture(NetnsSelection::current);
  const Builder all = capture(NetnsSelection::all);
  for (const Caveat& caveat : coverage_caveats(current.get(), current.get())) {
    CHECK(caveat.weight == Weight::informational);
  }
  CHECK(weight_of_only(coverage_caveats(current.get(), all.get())) == Weight::decisive);
  CHECK(weight_of_only(coverage_caveats(all.get(), current.get())) == Weight::decisive);
  CHECK(weight_of_only(coverage_caveats(Snapshot{}, current.get())) == Weight::informational);
}

TEST_CASE("a gap that leaves the socket in sight does not decide by itself") {
  Builder unseen;
  unseen.gap({.code = GapCode::owners_not_visible, .count = 12});
  CHECK(weight_of_only(coverage_caveats(Builder().get(), unseen.get())) == Weight::informational);
}

TEST_CASE("the order of the captures, another host and a reboot are said") {
  Builder early;
  Builder late;
  late.info().started_at += std::chrono::hours{1};
  CHECK(coverage_caveats(early.get(), late.get()).empty());
  CHECK(codes(coverage_caveats(late.get(), early.get())) ==
        std::vector<std::string>{"order-reversed"});

  Builder rebooted = late;
  rebooted.info().boot_id = "another";
  CHECK(codes(coverage_caveats(early.get(), rebooted.get())) ==
        std::vector<std::string>{"rebooted"});

  Builder elsewhere = rebooted;
  elsewhere.info().machine_id = "another";
  CHECK(codes(coverage_caveats(early.get(), elsewhere.get())) ==
        std::vector<std::string>{"different-host"});
}

TEST_CASE("an order that is reversed and another host decide, a reboot does not") {
  Builder early;
  Builder late = Builder().later();
  CHECK(weight_of_only(coverage_caveats(late.get(), early.get())) == Weight::decisive);
  late.info().boot_id = "another";
  CHECK(weight_of_only(coverage_caveats(early.get(), late.get())) == Weight::informational);
  late.info().machine_id = "another";
  CHECK(weight_of_only(coverage_caveats(early.get(), late.get())) == Weight::decisive);
}

TEST_CASE("a host that was renamed is the same in one boot, and perhaps another after a reboot") {
  const Builder early;
  Builder renamed = Builder().later();
  renamed.info().host_name = "db1-old";
  const auto in_one_boot = coverage_caveats(early.get(), renamed.get());
  CHECK(codes(in_one_boot) == std::vector<std::string>{"host-renamed"});
  CHECK(weight_of_only(in_one_boot) == Weight::informational);
  renamed.second_boot();
  const auto after_reboot = coverage_caveats(early.get(), renamed.get());
  CHECK(codes(after_reboot) == std::vector<std::string>{"different-host"});
  CHECK(weight_of_only(after_reboot) == Weight::decisive);
}

TEST_CASE("the empty snapshot is of no host and no time") {
  CHECK(is_empty_revision(Snapshot{}.info));
  CHECK_FALSE(is_empty_revision(Builder().get().info));
  CHECK(coverage_caveats(Builder().get(), Snapshot{}).empty());
  CHECK(coverage_caveats(Snapshot{}, Builder().get()).empty());
}

TEST_CASE("doubts beyond the first thousands are counted") {
  Doubts doubts;
  const Identity listener{.port = 80, .program = "nginx"};
  for (int i = 0; i < 10'003; ++i) {
    doubts.add(GapCode::owners_not_visible, Side::after, listener, std::uint16_t{80}, "tcp *:80");
  }
  CHECK(doubts.count() == 10'003);
  const auto caveats = doubts.take();
  REQUIRE(caveats.size() == 10'001);
  CHECK(caveats.back().count == 3);
  CHECK(caveats.back().weight == Weight::decisive);
  CHECK(caveats.front().port == 80);
  CHECK(caveats.front().process == "nginx");
  const auto few = merged(caveats);
  REQUIRE(few.size() == 2);
  CHECK(few.front().count == 10'000);
}

}  // namespace netmon
