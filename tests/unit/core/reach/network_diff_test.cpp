// Changes in the addresses, BPF programs and rules of a namespace, case by case.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "netmon/core/diff/diff.h"

namespace netmon {
namespace {

using Kinds = std::vector<std::string>;

// A host with one additional namespace, which has this scope.
Snapshot two_namespaces(Scope scope) {
  Snapshot snapshot;
  snapshot.info.netmon_version = "test";
  snapshot.info.host_name = "db1";
  snapshot.info.boot_id = "boot";
  snapshot.namespaces.push_back({.id = 1, .cookie = 1});
  snapshot.namespaces.push_back({.id = 2, .cookie = 2, .scope = std::move(scope)});
  return snapshot;
}

const Scope kBlue{ScopeKind::named, "blue"};

Snapshot facts_of(std::vector<ReachFact> facts) {
  Snapshot snapshot = two_namespaces(kBlue);
  snapshot.reach = std::move(facts);
  put_in_order(snapshot);
  return snapshot;
}

ReachFact address(const std::string& text, std::uint32_t netns = 0) {
  return {netns, ReachKind::address, "eth0", text};
}

ReachFact program(const std::string& place, const std::string& text) {
  return {0, ReachKind::program, place, text};
}

Socket listener(const std::string& at, std::uint32_t netns = 0) {
  return {.inode = 7, .netns = netns, .state = State::listen, .local = {*parse_ip_address(at), 22}};
}

Comparison compared(const Snapshot& before, const Snapshot& after) { return diff(before, after); }

Kinds kinds_of(const Comparison& found) {
  Kinds kinds;
  for (const Change& change : found.changes) {
    kinds.push_back(std::string(to_string(change.kind)) + " " +
                    std::string(to_string(change.severity)));
  }
  std::ranges::sort(kinds);
  return kinds;
}

// Compares BEFORE with AFTER, which has a new address; both have this socket.
Comparison with_address(const ReachFact& added, const Socket& socket,
                        std::vector<ReachFact> known = {}) {
  Snapshot before = facts_of(known);
  known.push_back(added);
  Snapshot after = facts_of(known);
  before.sockets.push_back(socket);
  after.sockets.push_back(socket);
  return compared(before, after);
}

bool exposes_some(const Comparison& found) {
  const auto& attributes = found.changes.at(0).attributes;
  return std::ranges::any_of(attributes, [](const AttributeChange& attribute) {
    return attribute.attribute == Attribute::exposes;
  });
}

}  // namespace

TEST_CASE("the first public address under a listener on any address is high, and no other is") {
  const ReachFact global = address("203.0.113.7/24");
  CHECK(kinds_of(with_address(global, listener("0.0.0.0"))) == Kinds{"address-added high"});
  CHECK(kinds_of(with_address(global, listener("127.0.0.1"))) == Kinds{"address-added notice"});
  CHECK(kinds_of(with_address(address("10.1.1.1/24"), listener("0.0.0.0"))) ==
        Kinds{"address-added notice"});
  CHECK(kinds_of(with_address(global, listener("0.0.0.0"), {address("203.0.113.1/24")})) ==
        Kinds{"address-added notice"});
  CHECK(kinds_of(with_address(address("203.0.113.7/24", 1), listener("0.0.0.0", 1))) ==
        Kinds{"address-added notice"});
}

TEST_CASE("a listener is exposed by an address of a family that it serves, in its namespace") {
  Socket ipv6 = listener("::");
  CHECK(exposes_some(with_address(address("10.1.1.1/24"), ipv6)));
  ipv6.v6only = true;
  CHECK_FALSE(exposes_some(with_address(address("10.1.1.1/24"), ipv6)));
  CHECK(exposes_some(with_address(address("fd00::1/64"), ipv6)));
  CHECK_FALSE(exposes_some(with_address(address("fd00::1/64"), listener("0.0.0.0"))));
  CHECK_FALSE(exposes_some(with_address(address("10.1.1.1/24"), listener("0.0.0.0", 1))));
}

TEST_CASE("a datagram socket is exposed where its program chose the port") {
  Socket socket = listener("0.0.0.0");
  socket.protocol = Protocol::udp;
  socket.state = State::unconnected;
  socket.port_choice = PortChoice::program;
  CHECK(exposes_some(with_address(address("10.1.1.1/24"), socket)));
  socket.port_choice = PortChoice::kernel;
  CHECK_FALSE(exposes_some(with_address(address("10.1.1.1/24"), socket)));
}

TEST_CASE("addresses of containers are given anew at each start") {
  const auto with = [](const std::string& text) {
    Snapshot snapshot = two_namespaces({ScopeKind::container, "nginx"});
    snapshot.reach.push_back({1, ReachKind::address, "eth0", text});
    return snapshot;
  };
  CHECK(kinds_of(compared(with("172.17.0.2/16"), with("172.17.0.3/16"))).empty());
}

TEST_CASE("a program that is attached in one more place is known") {
  const ReachFact one = program("xdp eth0", "steer 01");
  CHECK(kinds_of(compared(facts_of({one}), facts_of({one, program("xdp eth1", "steer 01")}))) ==
        Kinds{"filter-changed notice"});
  CHECK(kinds_of(compared(facts_of({one}), facts_of({one, program("xdp eth1", "steer 02")}))) ==
        Kinds{"filter-changed high"});
  CHECK(kinds_of(compared(facts_of({one}), facts_of({one, program("sk_lookup", "steer 01")}))) ==
        Kinds{"filter-changed high"});
}

TEST_CASE("what one side did not read is no change") {
  const auto blind = [](GapCode code) {
    Snapshot snapshot = facts_of({});
    snapshot.gaps.push_back({code, Scope{}, std::nullopt, "no", 1});
    return snapshot;
  };
  const Snapshot all = facts_of({address("10.1.1.1/24"), program("sk_lookup", "steer 01"),
                                 program("sk_reuseport tcp 80", "choose 01")});
  CHECK(kinds_of(compared(blind(GapCode::addresses_not_read), all)) ==
        Kinds{"filter-changed high", "filter-changed high"});
  CHECK(kinds_of(compared(blind(GapCode::programs_not_read), all)) ==
        Kinds{"address-added notice", "filter-changed high"});
  CHECK(kinds_of(compared(blind(GapCode::families_not_read), all)) ==
        Kinds{"address-added notice", "filter-changed high"});
}

TEST_CASE("sockets of a port's program are not looked for without a walk, which then decides") {
  Snapshot blind = facts_of({});
  blind.gaps.push_back({GapCode::families_not_read, std::nullopt, std::nullopt, "no", 1});
  const auto decides = [&](const ReachFact& fact) {
    const Comparison found = compared(facts_of({fact}), blind);
    return std::ranges::any_of(
        found.caveats, [](const Caveat& caveat) { return caveat.weight == Weight::decisive; });
  };
  CHECK(decides(program("sk_reuseport tcp 80", "choose 01")));
  CHECK_FALSE(decides(program("sk_lookup", "steer 01")));
}

TEST_CASE("the order of rules counts within one moment alone") {
  const ReachFact one{0, ReachKind::rule, "ip filter INPUT", "tcp dport 22 accept"};
  const ReachFact two{0, ReachKind::rule, "ip filter INPUT", "tcp dport 22 drop"};
  const Snapshot before = facts_of({one, two});
  Snapshot after = facts_of({two, one});
  CHECK(kinds_of(compared(before, after)) == Kinds{"filter-changed medium"});
  after.info.span.emplace();
  CHECK(kinds_of(compared(before, after)).empty());
}

TEST_CASE("of a rule set that was cut another digest is a change, whatever its lines are") {
  const auto with = [](const std::string& name, const std::string& digest) {
    return facts_of({{0, ReachKind::rule_set, name, digest}});
  };
  CHECK(kinds_of(compared(with("nftables (cut)", "01"), with("nftables (cut)", "02"))) ==
        Kinds{"filter-changed medium"});
  CHECK(kinds_of(compared(with("nftables (cut)", "01"), with("nftables (cut)", "01"))).empty());
}

TEST_CASE("what a namespace has that is new comes with it, but what it forwards is new") {
  Snapshot before = facts_of({});
  before.namespaces.pop_back();
  Snapshot after = facts_of({address("10.1.1.1/24", 1), {1, ReachKind::rule, "ip f i", "drop"}});
  after.forwards.push_back({.netns = 1, .ports = {80, 80}, .target = "10.0.0.5:80"});
  CHECK(kinds_of(compared(before, after)) == Kinds{"forward-added high"});
}

}  // namespace netmon
