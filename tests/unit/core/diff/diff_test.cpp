#include "netmon/core/diff/diff.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "builder.h"
#include "comparison.h"

namespace netmon {
namespace {

using test::as_user;
using test::Builder;
using test::endpoint;
using test::is_conclusive;
using test::is_quiet;
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
  CHECK(change.fingerprint.size() == 17);
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
  CHECK(diff(before.get(), after.get()).changes.front().identity.remote->address == "fe80::2%eth1");
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

TEST_CASE("values are sorted as they are read") {
  const auto comparison =
      diff(Builder().listen("127.0.0.1", 80, {kNginx}).get(),
           Builder().listen("9.0.0.1", 80, {kNginx}).listen("10.0.0.1", 80, {kNginx}).get());
  REQUIRE(comparison.changes.size() == 1);
  CHECK(comparison.changes[0].attributes.at(0) ==
        AttributeChange{Attribute::bind, {"127.0.0.1"}, {"10.0.0.1", "9.0.0.1"}});
}

TEST_CASE("a wider exposure is as severe as what is new of it") {
  CHECK(kinds(Builder().listen("185.220.101.5", 80, {kNginx}),
              Builder().listen("185.220.101.5", 80, {kNginx}).listen("10.0.0.5", 80, {kNginx})) ==
        Words{"exposure-widened medium"});
  CHECK(kinds(Builder().listen("127.0.0.1", 80, {kNginx}),
              Builder().listen("10.0.0.5", 80, {kNginx})) == Words{"exposure-widened medium"});
}

TEST_CASE("a listener that more can reach is exposure-widened, with both bindings") {
  const auto comparison = diff(Builder().listen("127.0.0.1", 5432, {kPython}).get(),
                               Builder().listen("0.0.0.0", 5432, {kPython}).get());
  CHECK(kinds(comparison) == Words{"exposure-widened high"});
  CHECK(comparison.changes.front().attributes ==
        std::vector<AttributeChange>{{Attribute::bind, {"127.0.0.1"}, {"0.0.0.0"}}});
  CHECK(kinds(Builder().listen("0.0.0.0", 5432, {kPython}),
              Builder().listen("127.0.0.1", 5432, {kPython})) == Words{"exposure-narrowed notice"});
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
                               Builder().listen("127.0.0.1", 8081, {process("nginx", 900)}).get());
  CHECK(kinds(comparison) == Words{"moved low"});
  CHECK(comparison.changes.front().port == 8081);
  CHECK(comparison.changes.front().attributes.front() ==
        AttributeChange{Attribute::port, {"8080"}, {"8081"}});
  CHECK(kinds(Builder().listen("0.0.0.0", 8080, {kNginx}),
              Builder().listen("0.0.0.0", 8081, {kNginx})) == Words{"moved high"});
}

TEST_CASE("what else differs of a listener that moved is told in rows of its own") {
  Process other = as_user(process("nginx", 900), 33, "www-data");
  other.exe_sha256 = "another";
  CHECK(kinds(Builder().listen("127.0.0.1", 8080, {kNginx}),
              Builder().listen("0.0.0.0", 8081, {other})) ==
        Words{"exposure-widened high", "executable-changed high", "moved high",
              "user-changed medium"});
}

TEST_CASE("another program, another protocol or another scope is no move") {
  Process other = process("nginx", 900);
  other.exe = "/tmp/nginx";
  other.exe_sha256 = "another";
  const Builder before = Builder().listen("0.0.0.0", 8080, {kNginx});
  const Words apart{"listener-added high", "listener-removed notice"};
  CHECK(kinds(before, Builder().listen("0.0.0.0", 8081, {other})) == apart);
  CHECK(kinds(before, Builder().listen("0.0.0.0", 8081, {kPython})) == apart);
  CHECK(kinds(before, Builder().udp("0.0.0.0", 8081, {kNginx})) == apart);
  CHECK(kinds(before, Builder().in({ScopeKind::named, "blue"}).listen("0.0.0.0", 8081, {kNginx})) ==
        apart);
  Process unknown = kNginx;
  unknown.exe.reset();
  unknown.exe_sha256.reset();
  CHECK(kinds(Builder().listen("0.0.0.0", 8080, {unknown}),
              Builder().listen("0.0.0.0", 8081, {unknown})) == apart);
}

TEST_CASE("of two listeners that are gone one new listener takes the place of one") {
  CHECK(kinds(Builder().listen("0.0.0.0", 1, {kNginx}).listen("0.0.0.0", 2, {kNginx}),
              Builder().listen("0.0.0.0", 3, {kNginx})) ==
        Words{"moved high", "listener-removed notice"});
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
  CHECK(kinds(packet(3, kPython), packet(3, kNginx)) ==
        Words{"raw-added high", "raw-removed notice"});
}

TEST_CASE("a raw socket on another interface is another thing") {
  const auto on = [](std::uint32_t index) {
    Builder builder;
    builder.device(2, "eth0").device(3, "eth1");
    builder.socket(Protocol::packet, State::unconnected, {}, {}, {kPython});
    builder.last().device_index = index;
    return builder;
  };
  CHECK(kinds(on(2), on(3)) == Words{"raw-added high", "raw-removed notice"});
  CHECK(is_quiet(on(2), on(2)));
}

TEST_CASE("what is unchanged is counted, and listed where that is asked for") {
  Builder both;
  both.listen("0.0.0.0", 22, {kSshd}).connect("10.0.0.9", 5432, {kPython});
  both.accept("10.0.0.5", 22, {kSshd});
  const auto counted = diff(both.get(), both.get());
  CHECK(counted.places == 2);
  CHECK(counted.unchanged.empty());
  const auto listed = diff(both.get(), both.get(), Unchanged::listed);
  CHECK(listed.places == 2);
  REQUIRE(listed.unchanged.size() == 3);
  CHECK(listed.unchanged[0].identity.program == "sshd");
  CHECK(listed.unchanged[0].addresses == Words{"0.0.0.0"});
  CHECK_FALSE(listed.unchanged[0].undecided);
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
