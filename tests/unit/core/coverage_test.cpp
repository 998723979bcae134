#include "core/coverage.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "builder.h"

namespace netmon {
namespace {

using test::Builder;

const Scope kHost{ScopeKind::host, {}};
const Scope kBlue{ScopeKind::named, "blue"};
const Scope kGreen{ScopeKind::named, "green"};
const Scope kContainer{ScopeKind::container, {}};

std::vector<std::string> codes(const std::vector<Caveat>& caveats) {
  std::vector<std::string> result;
  for (const Caveat& caveat : caveats) result.push_back(caveat.code);
  return result;
}

Weight weight_of_only(const std::vector<Caveat>& caveats) {
  REQUIRE(caveats.size() == 1);
  return caveats.front().weight;
}

}  // namespace

TEST_CASE("a snapshot without gaps is blind to nothing") {
  CHECK_FALSE(is_blind_to(Builder().get(), kHost, Protocol::tcp));
  CHECK_FALSE(is_blind_to(Builder().get(), kBlue, Protocol::tcp));
}

TEST_CASE("a namespace that was not entered hides what is in it, and nothing else") {
  const auto snapshot =
      Builder().gap({.code = GapCode::netns_not_entered, .scope = kBlue, .count = 1}).get();
  CHECK(is_blind_to(snapshot, kBlue, Protocol::tcp));
  CHECK_FALSE(is_blind_to(snapshot, kGreen, Protocol::tcp));
  CHECK_FALSE(is_blind_to(snapshot, kHost, Protocol::tcp));
}

TEST_CASE("a namespace that is not even known may be any that was not read") {
  for (const GapCode code : {GapCode::netns_not_entered, GapCode::netns_not_known,
                             GapCode::netns_not_requested, GapCode::processes_hidden}) {
    CAPTURE(to_string(code));
    const auto snapshot = Builder().in(kBlue).gap({.code = code, .count = 3}).get();
    CHECK(is_blind_to(snapshot, kGreen, Protocol::tcp));
    CHECK(is_blind_to(snapshot, kContainer, Protocol::tcp));
    CHECK_FALSE(is_blind_to(snapshot, kBlue, Protocol::tcp));
    CHECK_FALSE(is_blind_to(snapshot, kHost, Protocol::tcp));
  }
}

TEST_CASE("one container that was read says nothing of another that was not") {
  const auto snapshot =
      Builder().in(kContainer).gap({.code = GapCode::netns_not_entered, .count = 1}).get();
  CHECK(is_blind_to(snapshot, kContainer, Protocol::tcp));
}

TEST_CASE("a protocol that was not answered hides that protocol alone") {
  const auto snapshot = Builder()
                            .gap({.code = GapCode::protocol_not_answered,
                                  .scope = kHost,
                                  .protocol = Protocol::raw,
                                  .count = 1})
                            .get();
  CHECK(is_blind_to(snapshot, kHost, Protocol::raw));
  CHECK_FALSE(is_blind_to(snapshot, kHost, Protocol::tcp));
  CHECK_FALSE(is_blind_to(snapshot, kBlue, Protocol::raw));
}

TEST_CASE("a gap of one side decides, a gap of both does not") {
  Builder blind;
  blind.gap({.code = GapCode::netns_not_entered, .scope = kBlue, .count = 1});
  CHECK(weight_of_only(coverage_caveats(Builder().get(), blind.get())) == Weight::decisive);
  CHECK(weight_of_only(coverage_caveats(blind.get(), Builder().get())) == Weight::decisive);
  for (const Caveat& caveat : coverage_caveats(blind.get(), blind.get())) {
    CHECK(caveat.weight == Weight::informational);
  }
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

}  // namespace netmon
