#include "netmon/diff.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "builder.h"
#include "comparison.h"

namespace netmon {
namespace {

using test::Builder;
using test::endpoint;
using test::is_conclusive;
using test::kinds;
using test::kNginx;
using test::kPython;
using test::kSshd;
using test::process;
using test::Words;

}  // namespace

TEST_CASE("the same snapshot twice is no change") {
  Builder both;
  both.listen("0.0.0.0", 22, {kSshd}).connect("10.0.0.9", 5432, {kPython});
  const auto comparison = diff(both.get(), both.get());
  CHECK(comparison.changes.empty());
  CHECK(comparison.caveats.empty());
}

TEST_CASE("a restart is not a change") {
  Builder before;
  before.listen("0.0.0.0", 80, {kNginx, process("nginx", 201), process("nginx", 202)});
  before.connect("10.0.0.9", 5432, {process("app", 300)});
  Builder after;
  after.listen("0.0.0.0", 80, {process("nginx", 900), process("nginx", 901)});
  after.socket(Protocol::tcp, State::established, endpoint("10.0.0.5", 51111),
               endpoint("10.0.0.9", 5432), {process("app", 902)});
  after.socket(Protocol::tcp, State::time_wait, endpoint("10.0.0.5", 40000),
               endpoint("10.0.0.9", 5432), {}, OwnerState::time_wait);
  const auto comparison = diff(before.get(), after.get());
  CHECK(comparison.changes.empty());
  CHECK(is_conclusive(comparison));
}

TEST_CASE("a new listener is as severe as its address is reachable") {
  CHECK(kinds(Builder(), Builder().listen("0.0.0.0", 31337, {kPython})) ==
        Words{"listener-added high"});
  CHECK(kinds(Builder(), Builder().listen("::", 31337, {kPython})) == Words{"listener-added high"});
  CHECK(kinds(Builder(), Builder().listen("185.220.101.5", 1, {kPython})) ==
        Words{"listener-added high"});
  CHECK(kinds(Builder(), Builder().listen("10.0.0.5", 1, {kPython})) ==
        Words{"listener-added medium"});
  CHECK(kinds(Builder(), Builder().listen("127.0.0.1", 1, {kPython})) ==
        Words{"listener-added low"});
}

TEST_CASE("a new listener says what, where and who") {
  Process python = kPython;
  python.parent = std::nullopt;
  const auto comparison = diff(Builder().get(), Builder().listen("0.0.0.0", 31337, {python}).get());
  REQUIRE(comparison.changes.size() == 1);
  const Change& change = comparison.changes.front();
  CHECK(change.message ==
        "new listener: tcp 0.0.0.0:31337 python3 (pid 300, root, /usr/bin/python3)");
  CHECK(change.addresses == Words{"0.0.0.0"});
  CHECK(change.port == 31337);
  CHECK(change.process->pid == 300);
  CHECK(change.sockets_before == 0);
  CHECK(change.sockets_after == 1);
  CHECK(change.fingerprint.size() == 16);
}

TEST_CASE("a new listener of several programs under one name shows them all") {
  Process other = process("nginx", 201);
  other.exe = "/tmp/nginx";
  other.user = "www";
  other.uid = 33;
  const auto comparison =
      diff(Builder().get(),
           Builder().listen("0.0.0.0", 80, {kNginx}).listen("0.0.0.0", 80, {other}).get());
  REQUIRE(comparison.changes.size() == 1);
  CHECK(comparison.changes[0].attributes ==
        std::vector<AttributeChange>{{"exe", {}, {"/tmp/nginx", "/usr/bin/nginx"}},
                                     {"user", {}, {"root", "www"}}});
}

TEST_CASE("a process without a known executable or user shows among those of its name") {
  Process other = process("nginx", 201);
  other.exe = std::nullopt;
  other.uid = std::nullopt;
  other.user = "";
  Builder after;
  after.listen("0.0.0.0", 80, {kNginx}).listen("0.0.0.0", 80, {other});
  const auto comparison = diff(Builder().get(), after.get());
  REQUIRE(comparison.changes.size() == 1);
  CHECK(comparison.changes[0].attributes ==
        std::vector<AttributeChange>{{"exe", {}, {"(unknown)", "/usr/bin/nginx"}},
                                     {"user", {}, {"(unknown)", "root"}}});
}

TEST_CASE("a value that is not known is no new value") {
  Process blind = process("nginx", 201);
  blind.exe = std::nullopt;
  blind.uid = std::nullopt;
  Builder after;
  after.listen("0.0.0.0", 80, {kNginx}).listen("0.0.0.0", 80, {blind});
  CHECK(kinds(Builder().listen("0.0.0.0", 80, {kNginx}), after).empty());
}

TEST_CASE("a listener bound to the interface with index 1 is loopback's, whatever it is called") {
  const auto added = [](std::uint32_t index) {
    Builder after;
    after.device(index, "lo").listen("0.0.0.0", 80, {kNginx}).last().device_index = index;
    return kinds(Builder(), after);
  };
  CHECK(added(1) == Words{"listener-added low"});
  CHECK(added(2) == Words{"listener-added high"});
}

TEST_CASE("a [::] that is v6only is known as such in its change") {
  const auto added = [](const Builder& after) {
    return diff(Builder().get(), after.get()).changes.at(0).v6only;
  };
  Builder v6only;
  v6only.listen("::", 80, {kNginx}).last().v6only = true;
  CHECK(added(v6only));
  CHECK(added(Builder(v6only).listen("10.0.0.5", 80, {kNginx})));
  CHECK_FALSE(added(Builder(v6only).listen("::", 80, {kNginx})));
  CHECK_FALSE(added(Builder().listen("::", 80, {kNginx})));
  CHECK_FALSE(added(Builder().listen("0.0.0.0", 80, {kNginx})));
}

TEST_CASE("a second program that holds a listener is told, and gates nothing") {
  Builder before;
  before.listen("127.0.0.1", 9000, {kNginx, process("nginx", 210)});
  const auto with = [](std::vector<Process> owners) {
    return Builder().listen("127.0.0.1", 9000, std::move(owners));
  };
  const auto comparison = diff(before.get(), with({kNginx, process("perl", 900)}).get());
  CHECK(comparison.changes.empty());
  CHECK(is_conclusive(comparison));
  REQUIRE(comparison.caveats.size() == 1);
  CHECK(comparison.caveats[0].code == "also-held-by");
  CHECK(comparison.caveats[0].message ==
        "tcp 127.0.0.1:9000 nginx is now also held by perl (pid 900)");

  Process other_nginx = process("nginx", 900);
  other_nginx.exe = "/tmp/nginx";
  CHECK(diff(before.get(), with({kNginx, other_nginx}).get()).caveats.size() == 1);
  CHECK(diff(before.get(), with({kNginx, process("nginx", 901)}).get()).caveats.empty());
  const Builder held = with({kNginx, process("perl", 900)});
  CHECK(diff(held.get(), held.get()).caveats.empty());
  CHECK(diff(held.get(), with({kNginx}).get()).caveats.empty());
}

TEST_CASE("workers of a program that was replaced are told as its executable, not as others") {
  Process leader = process("nginx", 900);
  leader.exe = "/opt/nginx";
  Process worker = process("nginx", 901);
  worker.exe = "/opt/nginx";
  const auto comparison = diff(Builder().listen("0.0.0.0", 80, {kNginx}).get(),
                               Builder().listen("0.0.0.0", 80, {leader, worker}).get());
  CHECK(kinds(comparison) == Words{"executable-changed high"});
  CHECK(comparison.caveats.empty());
}

TEST_CASE("of thousands of listeners that another program holds the first are told") {
  Builder before;
  Builder after;
  for (std::uint16_t port = 1; port <= 12; ++port) {
    before.listen("127.0.0.1", port, {kNginx});
    after.listen("127.0.0.1", port, {kNginx, process("perl", 900)});
  }
  const auto caveats = diff(before.get(), after.get()).caveats;
  REQUIRE(caveats.size() == 9);
  CHECK(caveats[8].count == 4);
  CHECK(caveats[8].message == "4 more listeners are now also held by other programs");
}

TEST_CASE("a new outbound peer is as severe as it is far") {
  CHECK(kinds(Builder(), Builder().connect("185.220.101.5", 4444, {kPython})) ==
        Words{"outbound-added high"});
  CHECK(kinds(Builder(), Builder().connect("2a0b:f4c2:2::5", 443, {kPython})) ==
        Words{"outbound-added high"});
  CHECK(kinds(Builder(), Builder().connect("10.0.0.9", 5432, {kPython})) ==
        Words{"outbound-added medium"});
  CHECK(kinds(Builder(), Builder().connect("127.0.0.1", 5432, {kPython})) ==
        Words{"outbound-added low"});
  CHECK(diff(Builder().get(), Builder().connect("185.220.101.5", 4444, {kPython}).get())
            .changes.front()
            .message == "new outbound peer: tcp 185.220.101.5:4444 python3 (pid 300, root)");
}

TEST_CASE("an IPv4-mapped peer is the same peer") {
  CHECK(kinds(Builder().connect("10.0.0.9", 5432, {kPython}),
              Builder().connect("::ffff:10.0.0.9", 5432, {kPython}))
            .empty());
}

TEST_CASE("the same link-local peer on another interface is another peer") {
  Builder before;
  before.device(2, "eth0")
      .device(3, "eth1")
      .connect("fe80::2", 5432, {kPython})
      .last()
      .device_index = 2;
  Builder after;
  after.device(2, "eth0")
      .device(3, "eth1")
      .connect("fe80::2", 5432, {kPython})
      .last()
      .device_index = 3;
  CHECK(kinds(before, after) == Words{"outbound-added medium", "outbound-removed notice"});
  CHECK(diff(before.get(), after.get()).changes.front().remote->address == "fe80::2%eth1");
}

TEST_CASE("what is gone is a notice") {
  CHECK(kinds(Builder().listen("0.0.0.0", 22, {kSshd}), Builder()) ==
        Words{"listener-removed notice"});
  CHECK(kinds(Builder().connect("8.8.8.8", 53, {kSshd}), Builder()) ==
        Words{"outbound-removed notice"});
}

TEST_CASE("inbound peers and clients are notices") {
  Builder before;
  before.listen("0.0.0.0", 22, {kSshd});
  Builder after;
  after.listen("0.0.0.0", 22, {kSshd});
  after.socket(Protocol::tcp, State::established, endpoint("10.0.0.5", 22),
               endpoint("10.0.0.9", 51000), {kSshd});
  after.udp("0.0.0.0", 40000, {kPython});
  CHECK(kinds(before, after) == Words{"client-added notice", "inbound-added notice"});
}

TEST_CASE("the peer's ephemeral port is no part of an inbound identity") {
  const auto with_peer_port = [](std::uint16_t port) {
    Builder builder;
    builder.listen("0.0.0.0", 22, {kSshd});
    return builder.socket(Protocol::tcp, State::established, endpoint("10.0.0.5", 22),
                          endpoint("10.0.0.9", port), {kSshd});
  };
  CHECK(kinds(with_peer_port(51000), with_peer_port(52000)).empty());
}

TEST_CASE("a listener that more can reach is exposure-widened, with both bindings") {
  const auto comparison = diff(Builder().listen("127.0.0.1", 5432, {kPython}).get(),
                               Builder().listen("0.0.0.0", 5432, {kPython}).get());
  CHECK(kinds(comparison) == Words{"exposure-widened high"});
  CHECK(comparison.changes.front().attributes ==
        std::vector<AttributeChange>{{"bind", {"127.0.0.1"}, {"0.0.0.0"}}});
  CHECK(kinds(Builder().listen("0.0.0.0", 5432, {kPython}),
              Builder().listen("127.0.0.1", 5432, {kPython})) == Words{"exposure-narrowed notice"});
}

TEST_CASE("a container that got another address is no change") {
  const Scope container{ScopeKind::container, {}};
  CHECK(kinds(Builder().in(container, {"aaa"}).listen("172.17.0.2", 80, {kNginx}),
              Builder().in(container, {"bbb"}).listen("172.17.0.3", 80, {kNginx}))
            .empty());
}

TEST_CASE("the same port held by another program is owner-changed, one row") {
  const auto comparison = diff(Builder().listen("0.0.0.0", 80, {kNginx}).get(),
                               Builder().listen("0.0.0.0", 80, {kPython}).get());
  CHECK(kinds(comparison) == Words{"owner-changed high"});
  CHECK(comparison.changes.front().attributes.front() ==
        AttributeChange{"process", {"nginx"}, {"python3"}});
}

TEST_CASE("a second program on a port is listener-added and names the first") {
  Builder after;
  after.listen("0.0.0.0", 80, {kNginx}).listen("0.0.0.0", 80, {kPython});
  const auto comparison = diff(Builder().listen("0.0.0.0", 80, {kNginx}).get(), after.get());
  CHECK(kinds(comparison) == Words{"listener-added high"});
  CHECK(comparison.changes.front().shared_with == Words{"nginx"});
}

TEST_CASE("a port that very many programs share names a few of them") {
  Builder after;
  for (std::uint32_t pid = 1; pid <= 100; ++pid) {
    after.listen("0.0.0.0", 80, {process("program" + std::to_string(pid), pid)});
  }
  const auto comparison = diff(Builder().get(), after.get());
  CHECK(comparison.changes.size() == 100);
  CHECK(comparison.changes.front().shared_with.size() == 8);
}

TEST_CASE("several sockets of one program on one port are one identity") {
  Builder after;
  for (int i = 0; i < 4; ++i) after.listen("0.0.0.0", 80, {kNginx});
  const auto comparison = diff(Builder().get(), after.get());
  CHECK(kinds(comparison) == Words{"listener-added high"});
  CHECK(comparison.changes.front().sockets_after == 4);
}

TEST_CASE("the same program on another port is moved, one row") {
  const auto comparison = diff(Builder().listen("127.0.0.1", 8080, {kNginx}).get(),
                               Builder().listen("0.0.0.0", 8081, {process("nginx", 900)}).get());
  CHECK(kinds(comparison) == Words{"moved high"});
  CHECK(comparison.changes.front().attributes.front() ==
        AttributeChange{"port", {"8080"}, {"8081"}});
}

TEST_CASE("another executable of the same name is not the same program that moved") {
  Process other = process("nginx", 900);
  other.exe = "/tmp/nginx";
  CHECK(kinds(Builder().listen("0.0.0.0", 8080, {kNginx}),
              Builder().listen("0.0.0.0", 8081, {other})) ==
        Words{"listener-added high", "listener-removed notice"});
}

TEST_CASE("a program whose executable is not known is not paired with one that went") {
  Process unknown = process("nginx", 900);
  unknown.exe = std::nullopt;
  CHECK(kinds(Builder().listen("0.0.0.0", 8080, {unknown}),
              Builder().listen("0.0.0.0", 8081, {unknown})) ==
        Words{"listener-added high", "listener-removed notice"});
}

TEST_CASE("an executable whose content differs is changed, under the same path") {
  Process old = kNginx;
  old.exe_sha256 = std::string(64, 'a');
  Process replaced = process("nginx", 999);
  replaced.exe_sha256 = std::string(64, 'b');
  replaced.started_at = Timestamp{std::chrono::hours{24}};
  const auto comparison = diff(Builder().listen("0.0.0.0", 80, {old}).get(),
                               Builder().listen("0.0.0.0", 80, {replaced}).get());
  REQUIRE(kinds(comparison) == Words{"executable-changed high"});
  const auto& attributes = comparison.changes[0].attributes;
  REQUIRE(attributes.size() == 2);
  CHECK(attributes[0] == AttributeChange{"sha256", {std::string(64, 'a')}, {std::string(64, 'b')}});
  CHECK(attributes[1].name == "restarted");
  CHECK(comparison.changes[0].process->exe_sha256 == std::string(64, 'b'));

  SUBCASE("and is the same change after another restart") {
    replaced.started_at += std::chrono::hours{1};
    const auto again = diff(Builder().listen("0.0.0.0", 80, {old}).get(),
                            Builder().listen("0.0.0.0", 80, {replaced}).get());
    CHECK(again.changes[0].fingerprint == comparison.changes[0].fingerprint);
  }
  SUBCASE("but a content that was not known before proves nothing") {
    old.exe_sha256.reset();
    CHECK(kinds(Builder().listen("0.0.0.0", 80, {old}), Builder().listen("0.0.0.0", 80, {replaced}))
              .empty());
  }
  SUBCASE("and neither does one of a worker beside one that was not read") {
    CHECK(
        kinds(Builder().listen("0.0.0.0", 80, {old}).listen("0.0.0.0", 80, {process("nginx", 201)}),
              Builder().listen("0.0.0.0", 80, {replaced}))
            .empty());
  }
}

TEST_CASE("an executable, a user or a unit that differs is a change of its own") {
  Process other = process("nginx", 900);
  SUBCASE("executable") {
    other.exe = "/tmp/nginx";
    CHECK(kinds(Builder().listen("0.0.0.0", 80, {kNginx}),
                Builder().listen("0.0.0.0", 80, {other})) == Words{"executable-changed high"});
    CHECK(kinds(Builder().connect("10.0.0.9", 80, {kNginx}),
                Builder().connect("10.0.0.9", 80, {other})) == Words{"executable-changed high"});
  }
  SUBCASE("a replaced file is not another path") {
    other.exe_deleted = true;
    CHECK(kinds(Builder().listen("0.0.0.0", 80, {kNginx}), Builder().listen("0.0.0.0", 80, {other}))
              .empty());
  }
  SUBCASE("user, to root and away from it") {
    other.uid = 33;
    other.user = "www-data";
    CHECK(kinds(Builder().listen("0.0.0.0", 80, {other}),
                Builder().listen("0.0.0.0", 80, {kNginx})) == Words{"user-changed high"});
    CHECK(kinds(Builder().listen("0.0.0.0", 80, {kNginx}),
                Builder().listen("0.0.0.0", 80, {other})) == Words{"user-changed medium"});
  }
  SUBCASE("unit") {
    other.unit = "nginx.service";
    CHECK(kinds(Builder().listen("0.0.0.0", 80, {kNginx}),
                Builder().listen("0.0.0.0", 80, {other})) == Words{"unit-changed notice"});
  }
}

TEST_CASE("inbound sessions of other users are no change") {
  Process session = process("sshd", 900);
  session.user = "audit";
  session.uid = 1000;
  const auto with = [](const Process& owner) {
    Builder builder;
    builder.listen("0.0.0.0", 22, {kSshd});
    return builder.socket(Protocol::tcp, State::established, endpoint("10.0.0.5", 22),
                          endpoint("10.0.0.9", 51000), {owner});
  };
  CHECK(kinds(with(kSshd), with(session)).empty());
}

TEST_CASE("raw sockets are told apart by protocol and program") {
  const auto packet = [](std::uint16_t ethertype, const Process& owner) {
    Builder builder;
    builder.socket(Protocol::packet, State::unconnected, {}, {}, {owner});
    builder.last().link_protocol = ethertype;
    return builder;
  };
  CHECK(kinds(Builder(), packet(3, kPython)) == Words{"raw-added high"});
  CHECK(kinds(packet(3, kPython), packet(3, process("python3", 900))).empty());
  CHECK(kinds(packet(3, kPython), packet(0x800, kPython)) ==
        Words{"raw-added high", "raw-removed notice"});
}

TEST_CASE("a socket in another scope is another thing") {
  const Scope blue{ScopeKind::named, "blue"};
  CHECK(kinds(Builder().listen("0.0.0.0", 80, {kNginx}),
              Builder().in(blue).listen("0.0.0.0", 80, {kNginx})) ==
        Words{"listener-added high", "listener-removed notice"});
}

TEST_CASE("the number of containers that share an identity is a notice when it changes") {
  const Scope scope{ScopeKind::container, {}};
  const auto contained = [](std::uint32_t pid, std::string id) {
    Process result = process("nginx", pid);
    result.container = std::move(id);
    return result;
  };
  Builder one;
  one.in(scope, {"aaa"}).listen("0.0.0.0", 80, {contained(1, "aaa")});
  Builder other;
  other.in(scope, {"bbb"}).listen("0.0.0.0", 80, {contained(2, "bbb")});
  Builder two;
  two.in(scope, {"aaa"}).listen("0.0.0.0", 80, {contained(1, "aaa")});
  two.in(scope, {"bbb"}).listen("0.0.0.0", 80, {contained(2, "bbb")});
  CHECK(kinds(one, other).empty());
  CHECK(kinds(one, two) == Words{"containers-changed notice"});
}

TEST_CASE("the same process in one boot keeps its name, whatever it calls itself now") {
  Process renamed = kNginx;
  renamed.name = renamed.comm = "innocent";
  CHECK(kinds(Builder().listen("0.0.0.0", 80, {kNginx}), Builder().listen("0.0.0.0", 80, {renamed}))
            .empty());
  Builder after_reboot;
  after_reboot.listen("0.0.0.0", 80, {renamed}).info().boot_id = "another";
  CHECK(kinds(Builder().listen("0.0.0.0", 80, {kNginx}), after_reboot) ==
        Words{"owner-changed high"});
}

TEST_CASE("a process that calls itself nothing does not match every other") {
  Process unnamed = process("", 900);
  CHECK(kinds(Builder().listen("0.0.0.0", 80, {kNginx}),
              Builder().listen("0.0.0.0", 80, {unnamed})) == Words{"owner-changed high"});
}

TEST_CASE("a listener whose service ends leaves its sessions inbound") {
  Builder before;
  before.listen("0.0.0.0", 40000, {kNginx}).connect("10.0.0.9", 51000, {kNginx});
  CHECK(kinds(before, Builder().connect("10.0.0.9", 51000, {kNginx})) ==
        Words{"listener-removed notice"});
}

TEST_CASE("changes come most severe first") {
  Builder after;
  after.listen("127.0.0.1", 1, {kPython}).listen("10.0.0.5", 2, {kPython});
  after.listen("0.0.0.0", 3, {kPython});
  CHECK(kinds(Builder().listen("0.0.0.0", 4, {kSshd}), after) ==
        Words{"listener-added high", "listener-added medium", "listener-added low",
              "listener-removed notice"});
}

TEST_CASE("the same change of the same thing has the same fingerprint") {
  const auto fingerprint = [](std::uint32_t pid, std::uint16_t port) {
    return diff(Builder().get(), Builder().listen("0.0.0.0", port, {process("python3", pid)}).get())
        .changes.front()
        .fingerprint;
  };
  CHECK(fingerprint(1, 31337) == fingerprint(2, 31337));
  CHECK(fingerprint(1, 31337) != fingerprint(1, 31338));
}

TEST_CASE("against the empty snapshot everything that runs is new, without a caveat") {
  Builder after;
  after.listen("0.0.0.0", 22, {kSshd}).connect("10.0.0.9", 5432, {kPython});
  const auto comparison = diff(Snapshot{}, after.get());
  CHECK(kinds(comparison) == Words{"listener-added high", "outbound-added medium"});
  CHECK(comparison.caveats.empty());
}

TEST_CASE("the parents of a process are named, nearest first, and a loop ends") {
  Snapshot after = Builder().listen("0.0.0.0", 22, {kSshd, kNginx}).get();
  after.processes[0].parent = 1;
  after.processes[1].parent = 0;
  const auto comparison = diff(Snapshot{}, after);
  const auto& parents = comparison.changes.front().process->parents;
  CHECK(parents.front() == "nginx");
  CHECK(parents.size() == 64);
}

}  // namespace netmon
