// Changes in who can reach the ports, apart from sockets.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/places/container_addresses.h"
#include "netmon/core/diff/diff.h"

namespace netmon {
namespace {

Snapshot host() {
  Snapshot snapshot;
  snapshot.info.netmon_version = "test";
  snapshot.info.host_name = "db1";
  snapshot.info.boot_id = "boot";
  snapshot.namespaces.push_back({.id = 1, .cookie = 1});
  return snapshot;
}

Snapshot with_facts(std::vector<ReachFact> facts) {
  Snapshot snapshot = host();
  snapshot.reach = std::move(facts);
  put_in_order(snapshot);
  return snapshot;
}

Snapshot with_forward(const std::string& target) {
  Snapshot snapshot = host();
  snapshot.forwards.push_back(
      {.address = parse_ip_address("0.0.0.0").value(), .ports = {8080, 8080}, .target = target});
  return snapshot;
}

// A service of a cluster at 192.0.2.1:80, with these endpoints.
Snapshot with_endpoints(const std::vector<std::string>& targets,
                        const std::string& service = "KUBE-SVC-WEB") {
  Snapshot snapshot = host();
  for (const std::string& target : targets) {
    snapshot.forwards.push_back({.address = parse_ip_address("192.0.2.1").value(),
                                 .ports = {80, 80},
                                 .target = target,
                                 .service = service});
  }
  return snapshot;
}

// "filter-changed medium" for each change.
std::vector<std::string> kinds(const Snapshot& before, const Snapshot& after) {
  std::vector<std::string> found;
  for (const Change& change : diff(before, after).changes) {
    found.push_back(std::string(to_string(change.kind)) + " " +
                    std::string(to_string(change.severity)));
  }
  std::ranges::sort(found);
  return found;
}

const ReachFact kPolicy{0, ReachKind::policy, "ip filter INPUT", "filter hook input policy drop"};
const ReachFact kOpen{0, ReachKind::policy, "ip filter INPUT", "filter hook input policy accept"};
const ReachFact kRule{0, ReachKind::rule, "ip filter INPUT", "tcp dport 22 accept"};
const ReachFact kOther{0, ReachKind::rule, "ip filter INPUT", "tcp dport 22 drop"};
const ReachFact kBan{0, ReachKind::ban, "ip filter @banned", "192.0.2.66"};

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("the endpoints of a cluster's service come and go") {
  const Snapshot before = with_endpoints({"10.244.1.5:8080", "10.244.2.7:8080"});
  CHECK(kinds(before, with_endpoints({"10.244.3.9:8080", "10.244.2.7:8080"})) ==
        Kinds{"forward-added notice"});
  CHECK(kinds(before, with_endpoints({"10.244.2.7:8080"})) == Kinds{"forward-removed notice"});
}

TEST_CASE("what else a cluster's service leads to is no endpoint") {
  const Snapshot before = with_endpoints({"10.244.1.5:8080"});
  for (const char* const target : {"203.0.113.9:8080", "10.244.1.5:4444", "127.0.0.1:8080", ":8080",
                                   "this host", "10.244.1.5-10.244.1.9:8080"}) {
    CAPTURE(target);
    CHECK(kinds(before, with_endpoints({"10.244.1.5:8080", target})) ==
          Kinds{"forward-added high"});
  }
  const Snapshot plain = with_endpoints({"10.244.1.6:8080"}, "");
  CHECK(kinds(before, plain) == Kinds{"forward-added high"});
  CHECK(kinds(before, with_endpoints({"10.244.1.6:8080"}, "KUBE-SVC-OTHER")) ==
        Kinds{"forward-added high"});
  CHECK(kinds(host(), before) == Kinds{"forward-added high"});
}

TEST_CASE("an endpoint outside the networks that a cluster's services had is no endpoint") {
  const Snapshot before = with_endpoints({"10.244.1.5:8080", "[fd00:1:2::5]:8080"});
  for (const char* const target :
       {"192.168.1.66:8080", "10.245.1.5:8080", "[fd00:1:3::5]:8080", "172.16.0.1:8080"}) {
    CAPTURE(target);
    CHECK(kinds(before, with_endpoints({"10.244.1.5:8080", "[fd00:1:2::5]:8080", target})) ==
          Kinds{"forward-added high"});
  }
  CHECK(kinds(before, with_endpoints({"[fd00:1:2:77::5]:8080"})) == Kinds{"forward-added notice"});
}

TEST_CASE("a public address is no endpoint, though the cluster's networks have it") {
  const Snapshot before = with_endpoints({"203.0.5.1:8080", "[2001:db8:1::5]:8080"});
  for (const char* const target : {"203.0.6.2:8080", "[2001:db8:1::6]:8080"}) {
    CAPTURE(target);
    CHECK(kinds(before, with_endpoints({"203.0.5.1:8080", "[2001:db8:1::5]:8080", target})) ==
          Kinds{"forward-added high"});
  }
}

TEST_CASE("an endpoint excuses no other target that comes with it") {
  const Snapshot before = with_endpoints({"10.244.1.5:8080"});
  CHECK(kinds(before, with_endpoints({"10.244.1.5:8080", "10.244.1.6:8080", "203.0.113.9:8080"})) ==
        Kinds{"forward-added high"});
}

TEST_CASE("a network in which another service has endpoints is the cluster's") {
  const auto with_other = [](Snapshot snapshot) {
    snapshot.forwards.push_back({.address = parse_ip_address("192.0.2.2").value(),
                                 .ports = {53, 53},
                                 .target = "10.100.0.5:53",
                                 .service = "KUBE-SVC-DNS KUBE-SEP-DNS"});
    return snapshot;
  };
  const Snapshot before = with_endpoints({"10.244.1.5:8080"});
  const Snapshot after = with_endpoints({"10.100.1.5:8080"});
  CHECK(kinds(with_other(before), with_other(after)) == Kinds{"forward-added notice"});
  CHECK(kinds(before, after) == Kinds{"forward-added high"});
}

TEST_CASE("a chain of an endpoint that leads elsewhere contradicts its name") {
  const std::string chain = "KUBE-SVC-WEB KUBE-SEP-1";
  const Snapshot before = with_endpoints({"10.244.1.5:8080"}, chain);
  CHECK(kinds(before, with_endpoints({"10.244.1.66:8080"}, chain)) == Kinds{"forward-added high"});
  CHECK(kinds(before, with_endpoints({"10.244.1.5:8080", "10.244.1.66:8080"}, chain)) ==
        Kinds{"forward-added high"});
  CHECK(kinds(before, with_endpoints({"10.244.1.66:8080"}, "KUBE-SVC-WEB KUBE-SEP-2")) ==
        Kinds{"forward-added notice"});
  CHECK(kinds(before, with_endpoints({"10.244.1.66:8080"}, "KUBE-SVC-DNS KUBE-SEP-2")) ==
        Kinds{"forward-added high"});
}

TEST_CASE("a forward is a place, and its target an attribute") {
  CHECK(kinds(host(), with_forward("10.0.0.5:80")) == Kinds{"forward-added high"});
  CHECK(kinds(with_forward("10.0.0.5:80"), with_forward("10.0.0.6:80")) ==
        Kinds{"forward-added high"});
  CHECK(kinds(with_forward("10.0.0.5:80"), host()) == Kinds{"forward-removed notice"});
  CHECK(kinds(with_forward("10.0.0.5:80"), with_forward("10.0.0.5:80")).empty());
}

TEST_CASE("a forward that asks for less is wider, and one that asks for more is not") {
  const auto asking = [](const std::string& when) {
    Snapshot snapshot = with_forward("10.0.0.5:80");
    snapshot.forwards.front().when = when;
    return snapshot;
  };
  CHECK(kinds(asking("ip saddr 10.0.0.0/8"), asking("")) == Kinds{"forward-added high"});
  CHECK(kinds(asking("ip saddr 10.0.0.0/8"), asking("ip saddr 10.0.0.0/7")) ==
        Kinds{"forward-added high"});
  CHECK(kinds(asking(""), asking("ip saddr 10.0.0.0/8")).empty());
}

TEST_CASE("the names that a container engine draws are no difference") {
  CHECK(stable_text("iifname \"br-0123456789ab\" accept") == "iifname \"br-*\" accept");
  CHECK(stable_text("veth01ab23c veth01ab23cd xdp") == "veth* veth* xdp");
  CHECK(stable_text("br-0123456789abc br-lan xbr-0123456789ab veth1") ==
        "br-0123456789abc br-lan xbr-0123456789ab veth1");
}

TEST_CASE("a group that is joined on one more interface is known") {
  const ReachFact group{0, ReachKind::group, "eth0", "224.0.0.251"};
  const ReachFact again{0, ReachKind::group, "veth1", "224.0.0.251"};
  const ReachFact other{0, ReachKind::group, "veth1", "239.1.2.3"};
  CHECK(kinds(with_facts({group}), with_facts({group, again})).empty());
  CHECK(kinds(with_facts({group}), with_facts({group, other})) == Kinds{"multicast-joined notice"});
}

TEST_CASE("a filter changes by its rules, their order and its policies") {
  CHECK(kinds(with_facts({kPolicy}), with_facts({kPolicy, kRule})) ==
        Kinds{"filter-changed medium"});
  CHECK(kinds(with_facts({kPolicy}), with_facts({kOpen})) == Kinds{"filter-changed high"});
  CHECK(kinds(with_facts({kPolicy}), with_facts({})) == Kinds{"filter-changed high"});
  CHECK(kinds(with_facts({kRule, kOther}), with_facts({kOther, kRule})) ==
        Kinds{"filter-changed medium"});
  CHECK(kinds(with_facts({}), with_facts({kBan})) == Kinds{"filter-changed notice"});
}

TEST_CASE("a rule that lets through what a new forward hands on goes with it, and no other does") {
  const Snapshot before = with_facts({kPolicy});
  const auto with_rule = [](const std::string& rule) {
    Snapshot snapshot = with_facts({kPolicy, {0, ReachKind::rule, "ip filter FORWARD", rule}});
    snapshot.forwards = with_forward("10.0.0.5:80").forwards;
    return snapshot;
  };
  CHECK(kinds(before, with_rule("ip daddr 10.0.0.5 tcp dport 80 accept")) ==
        Kinds{"forward-added high"});
  for (const char* const rule :
       {"ip daddr 10.0.0.5 tcp dport 80 drop", "ip daddr 10.0.0.5 tcp dport 81 accept",
        "ip daddr 10.0.0.6 tcp dport 80 accept", "tcp dport 80 accept"}) {
    CAPTURE(rule);
    CHECK(kinds(before, with_rule(rule)) == Kinds{"filter-changed medium", "forward-added high"});
  }
}

TEST_CASE("a container's address is known by its workload") {
  const auto with_container = [](const std::string& address) {
    Snapshot snapshot = with_forward(address + ":80");
    snapshot.namespaces.push_back({.id = 2, .cookie = 2, .scope = {ScopeKind::container, "nginx"}});
    snapshot.reach.push_back({1, ReachKind::address, "eth0", address + "/16"});
    put_in_order(snapshot);
    return snapshot;
  };
  CHECK(kinds(with_container("172.17.0.2"), with_container("172.17.0.3")).empty());
  const AddressScopes scopes{{"172.17.0.2", "container:nginx"}};
  CHECK(with_scopes("daddr 172.17.0.2 dport 80", scopes) == "daddr container:nginx dport 80");
  CHECK(with_scopes("172.17.0.2:80", scopes) == "container:nginx:80");
  CHECK(with_scopes("172.17.0.23:80", scopes) == "172.17.0.23:80");
}

TEST_CASE("each gap decides where the other side has what it hides") {
  const auto decides = [](GapCode code, const Snapshot& other) {
    Snapshot blind = host();
    blind.gaps.push_back({code, Scope{}, std::nullopt, "no", 1});
    return std::ranges::any_of(diff(blind, other).caveats, [](const Caveat& caveat) {
      return caveat.weight == Weight::decisive;
    });
  };
  const Snapshot address = with_facts({{0, ReachKind::address, "eth0", "192.0.2.1/24"}});
  const Snapshot program = with_facts({{0, ReachKind::program, "sk_lookup", "steer 01"}});
  CHECK(decides(GapCode::addresses_not_read, address));
  CHECK_FALSE(decides(GapCode::addresses_not_read, program));
  CHECK(decides(GapCode::programs_not_read, program));
  CHECK_FALSE(decides(GapCode::programs_not_read, address));
  CHECK_FALSE(decides(GapCode::filters_not_read, address));
  CHECK(decides(GapCode::iptables_not_read, host()));
  CHECK_FALSE(decides(GapCode::families_not_read, host()));
  Snapshot agent = host();
  agent.sockets.push_back({.inode = 7, .protocol = Protocol::vsock, .link_protocol = 1024});
  CHECK(decides(GapCode::families_not_read, agent));
}

TEST_CASE("rules that were not read decide where the other side has some") {
  Snapshot blind = host();
  blind.gaps.push_back({GapCode::filters_not_read, Scope{}, std::nullopt, "nftables: no", 1});
  const auto decides = [](const Snapshot& before, const Snapshot& after) {
    const Comparison found = diff(before, after);
    CHECK(found.changes.empty());
    return std::ranges::any_of(found.caveats, [](const Caveat& caveat) {
      return caveat.weight == Weight::decisive &&
             caveat.code == CaveatCode(GapCode::filters_not_read);
    });
  };
  CHECK(decides(blind, with_facts({kPolicy})));
  CHECK(decides(with_forward("10.0.0.5:80"), blind));
  CHECK_FALSE(decides(blind, host()));
  CHECK_FALSE(decides(blind, blind));
}

}  // namespace netmon
