#include "netmon/core/review/expectations.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netmon {
namespace {

bool matches(const Rule& rule, const Change& change) {
  return netmon::matches(rule, change, "db1");
}

ProcessSummary nginx() {
  return {.name = "nginx", .uid = 33, .user = "www-data", .exe = "/usr/sbin/nginx"};
}

void held_by(Change& change, std::vector<ProcessSummary> holders) {
  change.process = holders.front();
  change.holders = std::move(holders);
}

Change listener(std::vector<std::string> addresses, std::uint16_t port = 8443) {
  Change change;
  change.addresses = std::move(addresses);
  change.port = port;
  held_by(change, {nginx()});
  return change;
}

Change of_kind(ChangeKind kind) {
  Change change = listener({"10.0.0.5"});
  change.kind = kind;
  return change;
}

Change peer(std::string address, std::uint16_t port = 443) {
  Change change;
  change.kind = ChangeKind::outbound_added;
  change.identity.role = Role::outbound;
  change.identity.remote = {std::move(address), port};
  return change;
}

Rule expect(Match match, std::vector<ChangeKind> kinds = {ChangeKind::listener_added}) {
  return {.kind = RuleKind::expect, .changes = std::move(kinds), .match = std::move(match)};
}

Rule forbid(Match match, std::vector<ChangeKind> kinds = {}) {
  return {.kind = RuleKind::forbid, .changes = std::move(kinds), .match = std::move(match)};
}

std::vector<IpPrefix> prefixes(std::initializer_list<std::string_view> texts) {
  std::vector<IpPrefix> result;
  for (const auto text : texts) result.push_back(parse_ip_prefix(text).value());
  return result;
}

bool binds(std::initializer_list<std::string_view> rule, std::vector<std::string> addresses) {
  return matches(expect({.binds = prefixes(rule)}), listener(std::move(addresses)));
}

bool v6only_binds(std::initializer_list<std::string_view> rule) {
  Change change = listener({"::"});
  change.v6only = true;
  return matches(expect({.binds = prefixes(rule)}), change);
}

bool forbids_bind(std::string_view prefix, std::vector<std::string> addresses) {
  return matches(forbid({.binds = prefixes({prefix})}), listener(std::move(addresses)));
}

}  // namespace

TEST_CASE("all criteria must hold") {
  const Match all{.protocols = {Protocol::tcp},
                  .ports = {{8443, 8443}},
                  .processes = {"nginx"},
                  .executables = {"/usr/sbin/nginx"},
                  .users = {"www-data"},
                  .binds = prefixes({"10.0.0.0/8"}),
                  .scopes = {Scope{}}};
  const Change change = listener({"10.0.0.5"});
  CHECK(matches(expect(all), change));
  std::vector<Match> broken(7, all);
  broken[0].protocols = {Protocol::udp};
  broken[1].ports = {{8444, 8445}, {1, 8442}};
  broken[2].processes = {"apache2"};
  broken[3].executables = {"/tmp/nginx"};
  broken[4].users = {"root"};
  broken[5].binds = prefixes({"192.168.0.0/16"});
  broken[6].scopes = {{ScopeKind::container, {}}};
  for (const Match& match : broken) CHECK_FALSE(matches(expect(match), change));
}

TEST_CASE("one of the listed values is enough") {
  const Change change = listener({"10.0.0.5"});
  CHECK(matches(expect({.ports = {{1, 2}, {8000, 9000}}}), change));
  CHECK(matches(expect({.processes = {"apache2", "nginx"}}), change));
  CHECK(matches(expect({}, {ChangeKind::moved, ChangeKind::listener_added}), change));
}

TEST_CASE("text is compared whole and as it is written") {
  Change change = listener({"10.0.0.5"});
  change.identity.scope = {ScopeKind::named, "Vlan5554"};
  CHECK_FALSE(matches(expect({.scopes = {{ScopeKind::named, "Vlan5"}}}), change));
  CHECK_FALSE(matches(expect({.processes = {"ngin"}}), change));
  CHECK_FALSE(matches(expect({.processes = {"nginx "}}), change));
  CHECK_FALSE(matches(expect({.processes = {"NGINX"}}), change));
  CHECK_FALSE(matches(expect({.processes = {".*"}}), change));
}

TEST_CASE("what is not known does not match a rule that names it") {
  Change change = listener({"10.0.0.5"});
  change.process.reset();
  change.holders.clear();
  CHECK_FALSE(matches(expect({.processes = {"nginx"}}), change));
  CHECK_FALSE(matches(expect({.executables = {"/usr/sbin/nginx"}}), change));
  CHECK_FALSE(matches(expect({.users = {"www-data"}}), change));
  CHECK(matches(expect({.ports = {{8443, 8443}}}), change));
  held_by(change, {{.name = "nginx"}});
  CHECK_FALSE(matches(expect({.executables = {"/usr/sbin/nginx"}}), change));
  CHECK_FALSE(matches(expect({.users = {""}}), change));
  CHECK_FALSE(matches(forbid({.users = {"root"}}), change));
}

TEST_CASE("a bind holds every address") {
  CHECK(binds({"10.0.0.0/8"}, {"10.0.0.5", "10.1.0.5"}));
  CHECK_FALSE(binds({"10.0.0.0/8"}, {"10.0.0.5", "192.0.2.1"}));
  CHECK(binds({"10.0.0.0/8", "192.0.2.1"}, {"10.0.0.5", "192.0.2.1"}));
  CHECK(binds({"10.0.0.0/8"}, {"::ffff:10.0.0.5"}));
  CHECK(binds({"fe80::/10"}, {"fe80::1%eth0"}));
}

TEST_CASE("a wildcard is in no prefix but that of everything and itself") {
  CHECK(binds({"0.0.0.0/0"}, {"0.0.0.0"}));
  CHECK(binds({"0.0.0.0"}, {"0.0.0.0"}));
  CHECK(v6only_binds({"::/0"}));
  CHECK(v6only_binds({"::"}));
  CHECK_FALSE(v6only_binds({"::/8"}));
  CHECK(binds({"0.0.0.0"}, {"0.0.0.0%eth0"}));
  CHECK_FALSE(binds({"0.0.0.0/8"}, {"0.0.0.0"}));
  CHECK_FALSE(binds({"::/8"}, {"::"}));
  CHECK_FALSE(binds({"10.0.0.0/8"}, {"0.0.0.0"}));
  CHECK_FALSE(binds({"0.0.0.0/0"}, {"::"}));
  CHECK_FALSE(binds({"0.0.0.0"}, {"10.0.0.5"}));
}

TEST_CASE("[::] serves IPv4 as well, unless it is v6only: an approval must hold both") {
  CHECK_FALSE(binds({"::"}, {"::"}));
  CHECK_FALSE(binds({"::/0"}, {"::"}));
  CHECK_FALSE(binds({"0.0.0.0"}, {"::"}));
  CHECK(binds({"::", "0.0.0.0"}, {"::"}));
  CHECK(binds({"::/0", "0.0.0.0/0"}, {"::"}));
  CHECK_FALSE(v6only_binds({"0.0.0.0"}));
}

TEST_CASE("a change without addresses matches no bind") {
  CHECK_FALSE(binds({"0.0.0.0/0", "::/0"}, {}));
  CHECK_FALSE(binds({"0.0.0.0/0", "::/0"}, {"eth0"}));
}

TEST_CASE("a port is the peer's where the change is about a peer") {
  CHECK(matches(expect({.ports = {{443, 443}}}, {ChangeKind::outbound_added}), peer("10.0.0.9")));
  CHECK_FALSE(
      matches(expect({.ports = {{40000, 40000}}}, {ChangeKind::outbound_added}), peer("10.0.0.9")));
  Change client;
  client.kind = ChangeKind::client_added;
  client.identity.role = Role::client;
  CHECK_FALSE(matches(forbid({.ports = {{0, 65535}}}), client));
}

TEST_CASE("a peer is matched by its prefix") {
  const auto rule =
      expect({.peers = prefixes({"10.0.0.0/24", "2001:db8::/32"})}, {ChangeKind::outbound_added});
  CHECK(matches(rule, peer("10.0.0.9")));
  CHECK(matches(rule, peer("2001:db8::9")));
  CHECK_FALSE(matches(rule, peer("10.0.1.9")));
  CHECK_FALSE(matches(rule, of_kind(ChangeKind::outbound_added)));
}

TEST_CASE("an approved listener approves neither wider exposure nor another program") {
  const Rule rule = expect({.ports = {{8443, 8443}}});
  for (const ChangeKind kind : all_change_kinds()) {
    CAPTURE(to_string(kind));
    const bool new_listener = kind == ChangeKind::listener_added || kind == ChangeKind::moved;
    CHECK(matches(rule, of_kind(kind)) == new_listener);
  }
}

TEST_CASE("a move is a new listener on its new port") {
  Change moved = of_kind(ChangeKind::moved);
  moved.attributes = {{Attribute::port, {"8080"}, {"8443"}}};
  CHECK(matches(expect({.ports = {{8443, 8443}}}), moved));
  CHECK(matches(expect({.ports = {{8443, 8443}}}, {ChangeKind::moved}), moved));
  CHECK_FALSE(matches(expect({.ports = {{8080, 8080}}}, {ChangeKind::moved}), moved));
  CHECK_FALSE(matches(expect({.ports = {{8443, 8443}}}, {ChangeKind::moved}), listener({}, 8443)));
}

TEST_CASE("where the executable or the user is what changed, all new values must be named") {
  Change change = of_kind(ChangeKind::executable_changed);
  change.attributes = {{Attribute::exe, {"/usr/sbin/nginx"}, {"/tmp/nginx", "/usr/sbin/nginx"}}};
  const std::vector kinds{ChangeKind::executable_changed};
  CHECK_FALSE(matches(expect({.executables = {"/usr/sbin/nginx"}}, kinds), change));
  CHECK(matches(expect({.executables = {"/usr/sbin/nginx", "/tmp/nginx"}}, kinds), change));
  CHECK(matches(forbid({.executables = {"/tmp/nginx"}}), change));
  change.attributes = {{Attribute::user, {"www-data"}, {"root", "www-data"}}};
  CHECK_FALSE(matches(expect({.users = {"www-data"}}, kinds), change));
  CHECK(matches(forbid({.users = {"root"}}), change));
}

TEST_CASE("a ban is broken by one address, and by a wildcard that exposes it") {
  CHECK(forbids_bind("192.0.2.0/24", {"10.0.0.5", "192.0.2.1"}));
  CHECK(forbids_bind("192.0.2.0/24", {"0.0.0.0"}));
  CHECK(forbids_bind("192.0.2.0/24", {"::"}));
  CHECK(forbids_bind("2001:db8::/32", {"::"}));
  CHECK_FALSE(forbids_bind("2001:db8::/32", {"0.0.0.0"}));
  CHECK_FALSE(forbids_bind("192.0.2.0/24", {"10.0.0.5"}));
  CHECK_FALSE(forbids_bind("192.0.2.0/24", {}));
}

TEST_CASE("a ban without kinds speaks of all that is added or changed") {
  const Rule rule = forbid({.ports = {{8443, 8443}}});
  for (const ChangeKind kind : all_change_kinds()) {
    CAPTURE(to_string(kind));
    const std::string_view word = to_string(kind);
    const bool less = word.ends_with("-removed") || word.ends_with("-narrowed");
    CHECK(matches(rule, of_kind(kind)) == !less);
    CHECK(can_be_forbidden(kind) == !less);
  }
}

TEST_CASE("what is gone is forbidden where a rule names it") {
  CHECK(matches(forbid({}, {ChangeKind::listener_removed}), of_kind(ChangeKind::listener_removed)));
  CHECK_FALSE(matches(forbid({}), of_kind(ChangeKind::listener_removed)));
}

TEST_CASE("an approval without kinds approves nothing") {
  CHECK_FALSE(matches(expect({.ports = {{8443, 8443}}}, {}), listener({})));
}

TEST_CASE("the IPv4 wildcard as IPv6 has it is the wildcard") {
  CHECK(forbids_bind("192.0.2.0/24", {"::ffff:0.0.0.0"}));
  CHECK_FALSE(forbids_bind("2001:db8::/32", {"::ffff:0.0.0.0"}));
  CHECK_FALSE(binds({"0.0.0.0/8"}, {"::ffff:0.0.0.0"}));
  CHECK(binds({"0.0.0.0"}, {"::ffff:0.0.0.0"}));
}

TEST_CASE("a [::] that is v6only breaks no ban of IPv4 addresses") {
  Change v6only = listener({"::"});
  v6only.v6only = true;
  CHECK_FALSE(matches(forbid({.binds = prefixes({"192.0.2.0/24"})}), v6only));
  CHECK(matches(forbid({.binds = prefixes({"2001:db8::/32"})}), v6only));
}

TEST_CASE("an approval must hold for every holder, a ban is broken by one") {
  Change change = listener({"10.0.0.5"});
  ProcessSummary perl{.name = "perl",
                      .uid = 0,
                      .user = "root",
                      .exe = "/usr/bin/perl",
                      .exe_sha256 = "p",
                      .script = Script{.name = "/tmp/x.pl"}};
  held_by(change, {nginx(), perl});
  const auto both_ways = [&](const Match& one, const Match& both) {
    CHECK_FALSE(matches(expect(one), change));
    CHECK(matches(expect(both), change));
    CHECK(matches(forbid(one), change));
  };
  both_ways({.processes = {"perl"}}, {.processes = {"nginx", "perl"}});
  both_ways({.executables = {"/usr/bin/perl"}},
            {.executables = {"/usr/bin/perl", "/usr/sbin/nginx"}});
  both_ways({.users = {"root"}}, {.users = {"root", "www-data"}});
  both_ways({.uids = {0}}, {.uids = {0, 33}});
  CHECK_FALSE(matches(expect({.scripts = {"/tmp/x.pl"}}), change));
  CHECK(matches(forbid({.scripts = {"/tmp/x.pl"}}), change));
  CHECK_FALSE(matches(expect({.sha256 = {"p"}}), change));
  CHECK(matches(forbid({.sha256 = {"p"}}), change));
  held_by(change, {perl});
  CHECK(matches(expect({.sha256 = {"p"}, .scripts = {"/tmp/x.pl"}, .uids = {0}}), change));
}

TEST_CASE("a digest that is new must be named to approve it") {
  Change change = of_kind(ChangeKind::executable_changed);
  change.attributes = {{Attribute::sha256, {"a"}, {"a", "b"}}};
  const std::vector kinds{ChangeKind::executable_changed};
  CHECK_FALSE(matches(expect({.sha256 = {"a"}}, kinds), change));
  CHECK(matches(expect({.sha256 = {"b"}}, kinds), change));
  CHECK(matches(forbid({.sha256 = {"b"}}), change));
}

TEST_CASE("an exe rule speaks of netmon's own mount namespace unless it says otherwise") {
  Change change = listener({"10.0.0.5"});
  const Match path{.executables = {"/usr/sbin/nginx"}};
  Match anywhere = path;
  anywhere.elsewhere = true;
  CHECK(matches(expect(path), change));
  change.holders.front().exe_elsewhere = change.process->exe_elsewhere = true;
  CHECK_FALSE(matches(expect(path), change));
  CHECK(matches(expect(anywhere), change));
  CHECK(matches(forbid(path), change));
}

TEST_CASE("a rule of some hosts speaks of no other") {
  Rule rule = expect({.ports = {{8443, 8443}}});
  rule.hosts = {"web1", "web2"};
  CHECK(netmon::matches(rule, listener({}), "web2"));
  CHECK_FALSE(netmon::matches(rule, listener({}), "db1"));
  rule.kind = RuleKind::forbid;
  CHECK_FALSE(netmon::matches(rule, listener({}), "db1"));
}

TEST_CASE("a container scope without a workload is any, one with a workload is that alone") {
  Change change = listener({});
  change.identity.scope = {ScopeKind::container, "nginx"};
  CHECK(matches(expect({.scopes = {{ScopeKind::container, {}}}}), change));
  CHECK(matches(expect({.scopes = {{ScopeKind::container, "nginx"}}}), change));
  CHECK_FALSE(matches(expect({.scopes = {{ScopeKind::container, "redis"}}}), change));
  CHECK_FALSE(matches(expect({.scopes = {{ScopeKind::anonymous, {}}}}), change));
}

TEST_CASE("a rule about gaps matches no change") {
  CHECK_FALSE(matches({.kind = RuleKind::accept_gap,
                       .changes = {ChangeKind::listener_added},
                       .gap = GapCode::owners_not_visible},
                      listener({})));
}

TEST_CASE("a group that holds a process whose executable or user is not known is not approved") {
  Change change = listener({"10.0.0.5"});
  const Rule by_exe = expect({.executables = {"/usr/sbin/nginx", "(unknown)"}});
  const Rule by_user = expect({.users = {"www-data", "(unknown)"}});
  CHECK(matches(by_exe, change));
  CHECK(matches(by_user, change));
  change.attributes = {{Attribute::exe, {}, {"(unknown)", "/usr/sbin/nginx"}},
                       {Attribute::user, {}, {"(unknown)", "www-data"}}};
  CHECK_FALSE(matches(by_exe, change));
  CHECK_FALSE(matches(by_user, change));
  CHECK(matches(forbid({.executables = {"/usr/sbin/nginx"}}), change));
}

}  // namespace netmon
