// Which namespaces are the same on both sides, and what follows from that.
#include "core/places/spaces.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "builder.h"
#include "comparison.h"
#include "netmon/core/diff/diff.h"

using namespace netmon;
using namespace netmon::test;

namespace {

const Process kRedis = process("redis", 400);

Scope named(std::string name) { return {ScopeKind::named, std::move(name)}; }
Scope unnamed(std::string workload) { return {ScopeKind::anonymous, std::move(workload)}; }
Scope container(std::string workload) { return {ScopeKind::container, std::move(workload)}; }

Builder web_in(Scope scope, std::uint64_t cookie) {
  return Builder().in(std::move(scope), {}, cookie).listen("0.0.0.0", 80, {kNginx});
}

// Containers that run nginx, each bound to one of the addresses, with cookies from `first` on.
Builder containers(std::vector<std::string_view> addresses, std::uint64_t first) {
  Builder builder;
  auto pid = static_cast<std::uint32_t>(first);
  for (const std::string_view address : addresses) {
    Process nginx = process("nginx", ++pid);
    nginx.container = "id" + std::to_string(pid);
    builder.in(container("nginx"), {nginx.container}, first++).listen(address, 80, {nginx});
  }
  return builder;
}

std::size_t count(const Words& words, std::string_view word) {
  return static_cast<std::size_t>(std::ranges::count(words, word));
}

}  // namespace

TEST_CASE("a socket in another scope is another thing") {
  const Builder before = Builder().in(named("blue"), {}, 2);
  CHECK(kinds(Builder(before).on_host().listen("0.0.0.0", 80, {kNginx}),
              Builder(before).listen("0.0.0.0", 80, {kNginx})) ==
        Words{"listener-added high", "listener-removed notice"});
}

TEST_CASE("in one boot a namespace is itself, whatever it is called now") {
  CHECK(is_quiet(web_in(unnamed("nginx"), 7), web_in(named("blue"), 7)));
  CHECK(is_quiet(web_in(named("blue"), 7), web_in(named("green"), 7)));
  CHECK(is_quiet(web_in(unnamed("sh"), 7), web_in(container("nginx"), 7)));
}

TEST_CASE("without cookies a namespace is told by its inode") {
  const auto without = [](Scope scope, std::uint64_t id) {
    Snapshot snapshot = web_in(std::move(scope), id).get();
    for (NetNamespace& netns : snapshot.namespaces) netns.cookie = 0;
    return snapshot;
  };
  CHECK(diff(without(named("blue"), 7), without(named("green"), 7)).changes.empty());
  CHECK_FALSE(diff(without(named("blue"), 7), without(named("green"), 8)).changes.empty());
  Snapshot cookieless = without(named("blue"), 7);
  CHECK(diff(cookieless, web_in(named("green"), 7).get()).changes.empty());
}

TEST_CASE("after a reboot a namespace is told by its name") {
  Builder after = web_in(named("blue"), 9).second_boot();
  CHECK(is_quiet(web_in(named("blue"), 7), after));
  CHECK(kinds(web_in(named("blue"), 7), web_in(named("green"), 7).second_boot()) ==
        Words{"listener-added high", "listener-removed notice"});
}

TEST_CASE("a name that means another namespace is a change of its own") {
  const auto comparison = diff(web_in(named("blue"), 7).get(), web_in(named("blue"), 8).get());
  CHECK(count(kinds(comparison), "scope-changed medium") == 1);
  CHECK(count(kinds(comparison), "listener-added high") == 1);
  CHECK(count(kinds(comparison), "listener-removed notice") == 1);
  const auto change =
      std::ranges::find(comparison.changes, ChangeKind::scope_changed, &Change::kind);
  REQUIRE(change != comparison.changes.end());
  CHECK(change->identity.scope == named("blue"));
  CHECK(change->attributes == std::vector<AttributeChange>{
                                  {Attribute::netns, {"net:[4026531846]"}, {"net:[4026531847]"}}});
  CHECK(change->message ==
        "namespace replaced in netns:blue: netns net:[4026531846] → "
        "net:[4026531847]");
}

TEST_CASE("the cookie tells namespaces apart that have one inode after another") {
  Snapshot before = web_in(named("blue"), 7).get();
  Snapshot after = web_in(named("blue"), 8).get();
  after.namespaces[1].id = before.namespaces[1].id;
  CHECK(count(kinds(diff(before, after)), "scope-changed medium") == 1);
}

TEST_CASE("namespaces of one name are themselves") {
  Builder both = web_in(named("blue"), 7);
  both.in(named("blue"), {}, 8).listen("0.0.0.0", 81, {kRedis});
  CHECK(is_quiet(both, both));
}

TEST_CASE("an empty namespace under another's name is a change as well") {
  CHECK(kinds(Builder().in(named("blue"), {}, 7), Builder().in(named("blue"), {}, 8)) ==
        Words{"scope-changed medium"});
}

TEST_CASE("two namespaces that exchange their names are two changes, and their services none") {
  const auto both = [](std::uint64_t blue, std::uint64_t green) {
    Builder builder;
    for (const auto& [name, cookie] : {std::pair{"blue", blue}, std::pair{"green", green}}) {
      builder.in(named(name), {}, cookie);
      builder.listen("0.0.0.0", cookie == 7 ? 80 : 6379, {cookie == 7 ? kNginx : kRedis});
    }
    return builder;
  };
  CHECK(kinds(both(7, 8), both(8, 7)) == Words{"scope-changed medium", "scope-changed medium"});
}

TEST_CASE("two unnamed namespaces that exchange their services in one boot are no restart") {
  const auto both = [](const Process& in_seven, const Process& in_eight) {
    Builder builder;
    builder.in(unnamed(in_seven.name), {}, 7).listen("0.0.0.0", 80, {in_seven});
    return builder.in(unnamed(in_eight.name), {}, 8).listen("127.0.0.1", 80, {in_eight});
  };
  const Words changes = kinds(both(kNginx, kRedis), both(kRedis, kNginx));
  CHECK(changes == Words{"owner-changed high", "owner-changed high"});
  Builder restarted = both(kRedis, kNginx);
  CHECK_FALSE(kinds(both(kNginx, kRedis), restarted.second_boot()).empty());
}

TEST_CASE("two unnamed namespaces of two boots are told by their workload, in any order") {
  const auto both = [](const Process& first, const Process& second) {
    Builder builder;
    builder.in(unnamed(first.name), {}, 7).listen("0.0.0.0", 80, {first});
    return builder.in(unnamed(second.name), {}, 8).listen("0.0.0.0", 80, {second});
  };
  CHECK(is_quiet(both(kNginx, kRedis), both(kRedis, kNginx).second_boot()));
}

TEST_CASE("a container that was started anew is the same, with another address and id") {
  CHECK(is_quiet(containers({"172.17.0.2"}, 10), containers({"172.17.0.3"}, 20)));
  CHECK(is_quiet(containers({"172.17.0.2", "172.17.0.3"}, 10),
                 containers({"172.17.0.4", "172.17.0.5"}, 20)));
}

TEST_CASE("a container of another workload is another scope") {
  Builder after = Builder().in(container("redis"), {}, 20).listen("0.0.0.0", 80, {kNginx});
  CHECK(kinds(containers({"172.17.0.2"}, 10), after) ==
        Words{"listener-added high", "listener-removed notice"});
}

TEST_CASE("more or fewer instances of a workload are a notice") {
  for (const auto& [before, after] :
       {std::pair{std::vector<std::string_view>{"172.17.0.2"},
                  std::vector<std::string_view>{"172.17.0.3", "172.17.0.4"}},
        std::pair{std::vector<std::string_view>{"172.17.0.2", "172.17.0.3"},
                  std::vector<std::string_view>{"172.17.0.4"}}}) {
    const Words changes = kinds(containers(before, 10), containers(after, 20));
    CHECK_FALSE(changes.empty());
    CHECK(count(changes, "containers-changed notice") == changes.size());
  }
}

TEST_CASE("an instance that joins while the first stays is a notice as well") {
  const Words changes =
      kinds(containers({"172.17.0.2"}, 10), containers({"172.17.0.2", "172.17.0.3"}, 10));
  CHECK_FALSE(changes.empty());
  CHECK(count(changes, "containers-changed notice") == changes.size());
}

TEST_CASE("one of two equal instances that widens is exposure widened") {
  CHECK(count(kinds(containers({"0.0.0.0", "172.17.0.2"}, 10),
                    containers({"0.0.0.0", "0.0.0.0"}, 20)),
              "exposure-widened high") == 1);
  CHECK(is_quiet(containers({"0.0.0.0", "172.17.0.2"}, 10),
                 containers({"172.17.0.5", "0.0.0.0"}, 20)));
  CHECK(count(kinds(containers({"0.0.0.0", "172.17.0.2"}, 10),
                    containers({"0.0.0.0", "0.0.0.0", "172.17.0.2"}, 20)),
              "exposure-widened high") == 0);
}

TEST_CASE("in one boot one of two equal instances that widens is seen by itself") {
  CHECK(kinds(containers({"127.0.0.1", "127.0.0.1"}, 10),
              containers({"127.0.0.1", "0.0.0.0"}, 10)) == Words{"exposure-widened high"});
}

TEST_CASE("a connection to another namespace of this host is to its scope") {
  const auto to_database = [](std::string_view address, std::uint64_t cookie, std::uint32_t pid) {
    Process postgres = process("postgres", pid);
    Builder builder;
    builder.in(container("postgres"), {}, cookie).listen(address, 5432, {postgres});
    return builder.on_host().connect(address, 5432, {kPython});
  };
  const auto comparison = diff(Builder().get(), to_database("172.17.0.2", 10, 700).get());
  const auto peer =
      std::ranges::find(comparison.changes, ChangeKind::outbound_added, &Change::kind);
  REQUIRE(peer != comparison.changes.end());
  CHECK(peer->identity.remote == Peer{"container:postgres", 5432});
  CHECK(peer->severity == Severity::medium);
  CHECK(is_quiet(to_database("172.17.0.2", 10, 700), to_database("172.17.0.3", 20, 800)));
}

TEST_CASE("a connection outlives the namespace of its peer, and is no new peer") {
  const auto to_pod = [](std::string_view address, std::uint64_t netns_cookie) {
    Builder builder;
    builder.in(container("postgres"), {}, netns_cookie)
        .listen(address, 5432, {process("postgres", 700)});
    return builder.on_host().connect(address, 5432, {kPython});
  };
  const Builder before = to_pod("172.17.0.2", 10).cookie(7);
  const auto with_orphan = [&](std::string_view address, std::uint64_t cookie) {
    return to_pod("172.17.0.9", 20)
        .connect(address, 5432, {}, State::last_ack, OwnerState::orphan)
        .cookie(cookie);
  };
  CHECK(is_quiet(before, with_orphan("172.17.0.2", 7)));
  CHECK_FALSE(is_quiet(before, with_orphan("172.17.0.2", 8)));
  CHECK_FALSE(is_quiet(before, with_orphan("172.17.0.3", 7)));
  CHECK_FALSE(is_quiet(before, with_orphan("172.17.0.2", 7).second_boot()));
}

TEST_CASE("a public address is never taken for another namespace's") {
  Builder after;
  after.in(unnamed("evil")).listen("203.0.113.7", 443, {kRedis});
  after.on_host().connect("203.0.113.7", 443, {kPython});
  const auto comparison = diff(Builder().get(), after.get());
  const auto peer =
      std::ranges::find(comparison.changes, ChangeKind::outbound_added, &Change::kind);
  REQUIRE(peer != comparison.changes.end());
  CHECK(peer->identity.remote == Peer{"203.0.113.7", 443});
  CHECK(peer->severity == Severity::high);
}

TEST_CASE("spaces are what both sides share") {
  const Spaces spaces =
      pair_spaces(web_in(named("blue"), 7).get(), web_in(named("green"), 7).get());
  REQUIRE(spaces.before.size() == 2);
  CHECK(spaces.before == spaces.after);
  CHECK(spaces.scopes[spaces.after[1]] == named("blue"));
  CHECK(spaces.single[spaces.after[1]]);
  CHECK(spaces.renamed.empty());
  CHECK(same_boot(Builder().info(), Builder().later().info()));
  CHECK_FALSE(same_boot(Builder().info(), Builder().second_boot().info()));
  CHECK_FALSE(same_boot({}, {}));
}

TEST_CASE("an instance that stays and widens while another one is started anew is told") {
  Builder before = containers({"127.0.0.1", "127.0.0.1"}, 10);
  Builder after = containers({"0.0.0.0"}, 10);
  Process nginx = process("nginx", 31);
  nginx.container = "id31";
  after.in(container("nginx"), {"id31"}, 30).listen("127.0.0.1", 80, {nginx});
  // One change for the instance itself, one among the instances of its scope.
  CHECK(count(kinds(before, after), "exposure-widened high") == 2);
}

TEST_CASE("a program that replaces one of two equal instances shows while the other restarts") {
  Builder before = containers({"172.17.0.2", "172.17.0.3"}, 10);
  Builder after = Builder().in(container("nginx"), {}, 10).listen("172.17.0.2", 80, {kRedis});
  after.in(container("nginx"), {}, 30).listen("172.17.0.3", 80, {process("nginx", 31)});
  CHECK(exit_of(before, after) == ExitCode::unapproved);
}

TEST_CASE("a socket that was hidden in another namespace of the scope is a new finding") {
  const auto hidden_in = [](std::uint64_t cookie) {
    Builder builder;
    builder.in(unnamed("x"), {}, 7).in(unnamed("x"), {}, 8);
    Snapshot snapshot = builder.get();
    snapshot.hidden.push_back({.netns = cookie == 7 ? 1U : 2U,
                               .state = State::listen,
                               .local = endpoint("0.0.0.0", 31337)});
    return snapshot;
  };
  CHECK(diff(hidden_in(7), hidden_in(7)).changes.empty());
  CHECK(kinds(diff(hidden_in(7), hidden_in(8))) == Words{"hidden-socket high"});
}

TEST_CASE("a listener bound to an interface that was deleted is bound as before") {
  const auto bound = [](bool named_now) {
    Builder builder;
    if (named_now) builder.device(5, "wg0");
    builder.listen("0.0.0.0", 80, {kNginx}).last().device_index = 5;
    return builder;
  };
  CHECK(is_quiet(bound(true), bound(false)));
  CHECK(is_quiet(bound(false), bound(true)));
}
