#include "netmon/core/model/history.h"

#include <doctest/doctest.h>

#include "history/history_fixtures.h"

namespace netmon::test {
namespace {

TEST_CASE("history tells when an identity was first and last seen, and how often") {
  Database database;
  database.append(Host(0).listener(22, "sshd"));
  database.append(Host(1).listener(22, "sshd").listener(31337, "nc"));
  database.append(Host(2).listener(22, "sshd"));
  database.append(Host(3).listener(22, "sshd").listener(31337, "nc"));
  database.append(Host(4).listener(22, "sshd").listener(31337, "nc"));
  database.append(Host(5).listener(22, "sshd"));
  Appearance nc{.host = "db1",
                .identity = {.port = 31337, .program = "nc"},
                .first_snapshot = 2,
                .last_snapshot = 5,
                .first_seen = at(1),
                .last_seen = at(4),
                .snapshots = 3,
                .of = 6};
  CHECK(database.store.history({.port = 31337}) == std::vector{nc});
  database.append(Host(6).listener(31337, "nc"));
  nc.last_snapshot = 7;
  nc.last_seen = at(6);
  nc.snapshots = 4;
  nc.of = 7;
  CHECK(database.store.history({.port = 31337}) == std::vector{nc});
  const auto ssh = database.store.history({.process = "sshd"});
  REQUIRE(ssh.size() == 1);
  CHECK(ssh[0].snapshots == 6);
  CHECK(ssh[0].last_snapshot == 6);
}

TEST_CASE("a hidden socket has no past of the visible one of its name") {
  Database database;
  database.append(Host(0).listener(22, "sshd"));
  database.append(Host(1).listener(22, "sshd"));
  Change found = change(Role::listener, 22, std::nullopt, "sshd");
  CHECK(past_of(database, found, 2).snapshots == 1);
  found.kind = ChangeKind::hidden_socket;
  CHECK(past_of(database, found, 2) == Past{});
}

TEST_CASE("a port is a listener's or an outbound peer's") {
  Database database;
  database.append(Host(0)
                      .listener(443, "nginx")
                      .listener(443, "quic", Protocol::udp)
                      .listener(80, "apache")
                      .outbound("192.0.2.1", 443, "curl")
                      .outbound("192.0.2.1", 80, "wget"));
  CHECK(database.processes({.port = 443}) == Names{"nginx", "quic", "curl"});
  CHECK(database.processes({.port = 1}).empty());
}

TEST_CASE("a port of vsock has 32 bits, and the number of another raw socket is no port") {
  Database database;
  database.append(Host(0)
                      .add({.protocol = Protocol::vsock, .link_protocol = 4'000'000'000U}, "agent")
                      .add({.protocol = Protocol::sctp, .link_protocol = 2905}, "signal")
                      .add({.protocol = Protocol::raw, .link_protocol = 89}, "ospfd"));
  CHECK(database.processes({.port = 4'000'000'000U}) == Names{"agent"});
  CHECK(database.processes({.port = 2905}) == Names{"signal"});
  CHECK(database.processes({.port = 89}).empty());
}

TEST_CASE("a forward of several ports is found by each of them") {
  Database database;
  Host host(0);
  const IpAddress any{.family = Family::ipv4};
  host.snapshot.forwards = {{.address = any, .ports = {8080, 8090}, .target = "10.0.0.5"},
                            {.address = any, .ports = {443, 443}, .target = "10.0.0.6:443"}};
  database.append(host);
  const auto found = [&](std::uint32_t port) { return database.store.history({.port = port}); };
  for (const std::uint32_t port : {8080U, 8085U, 8090U}) {
    CAPTURE(port);
    REQUIRE(found(port).size() == 1);
    CHECK(found(port).front().identity.port == 8080);
  }
  CHECK(found(8079).empty());
  CHECK(found(8091).empty());
  CHECK(found(443).size() == 1);
}

TEST_CASE("a peer is found by its address and by its network, in either notation") {
  Database database;
  database.append(Host(0)
                      .outbound("10.0.0.0", 1, "first")
                      .outbound("10.0.0.255", 1, "last")
                      .outbound("10.0.1.0", 1, "beyond")
                      .outbound("9.255.255.255", 1, "below")
                      .outbound("::ffff:10.0.0.7", 1, "mapped")
                      .outbound("a00:0:1::", 1, "v6 of like bytes")
                      .outbound("2001:db8::1", 1, "v6"));
  const auto peers = [&](std::string_view prefix) {
    auto names = database.processes({.peer = parse_ip_prefix(prefix)});
    std::ranges::sort(names);
    return names;
  };
  CHECK(peers("10.0.0.0/24") == Names{"first", "last", "mapped"});
  CHECK(peers("10.0.0.7") == Names{"mapped"});
  CHECK(peers("0.0.0.0/0") == Names{"below", "beyond", "first", "last", "mapped"});
  CHECK(peers("2001:db8::/32") == Names{"v6"});
  CHECK(peers("::/0") == Names{"v6", "v6 of like bytes"});
}

TEST_CASE("all that is asked for must hold") {
  Database database;
  database.append(
      Host(0).listener(443, "nginx").outbound("192.0.2.1", 443, "nginx").listener(80, "nginx"));
  const auto found = database.store.history(
      {.port = 443, .peer = parse_ip_prefix("192.0.2.0/24"), .process = "nginx"});
  REQUIRE(found.size() == 1);
  CHECK(found[0].identity == Identity{.role = Role::outbound,
                                      .remote = Peer{.address = "192.0.2.1", .port = 443},
                                      .program = "nginx"});
  CHECK(database.processes({.port = 443, .process = "ngin"}).empty());
}

TEST_CASE("the first seen is first") {
  Database database;
  database.append(Host(0).listener(9, "b"));
  database.append(Host(1).listener(8, "b").listener(9, "b"));
  const auto found = database.store.history({.process = "b"});
  REQUIRE(found.size() == 2);
  CHECK(found[0].identity.port == 9);
  CHECK(found[1].identity.port == 8);
}

TEST_CASE("hosts are told apart by machine id, and by name where there is none") {
  Database database;
  database.append(Host(0, "m1", "db1").listener(22, "sshd"));
  database.append(Host(1, "m2", "db1").listener(22, "sshd"));
  database.append(Host(2, "m1", "renamed").listener(22, "sshd"));
  database.append(Host(3, "", "a").listener(22, "sshd"));
  database.append(Host(4, "", "b"));
  const auto found = database.store.history({.port = 22});
  REQUIRE(found.size() == 3);
  CHECK(found[0].host == "renamed");
  CHECK(found[0].of == 2);
  CHECK(found[0].last_snapshot == 3);
  CHECK(found[1].host == "db1");
  CHECK(found[1].of == 1);
  CHECK(found[2].host == "a");
  CHECK(found[2].of == 1);
}

TEST_CASE("a link-local peer is one with its interface") {
  Database database;
  Host host(0);
  host.snapshot.namespaces[0].devices = {{2, "eth0"}, {3, "eth1"}};
  for (const std::uint32_t device : {2U, 3U}) {
    host.add({.state = State::established,
              .local = {{.family = Family::ipv6}, 40'000},
              .remote = {*parse_ip_address("fe80::1"), 53},
              .device_index = device},
             "resolved");
  }
  database.append(host);
  database.append(Host(1));
  const auto found = database.store.history({.peer = parse_ip_prefix("fe80::1")});
  REQUIRE(found.size() == 2);
  CHECK(found[0].identity.remote->address == "fe80::1%eth0");
  CHECK(found[1].identity.remote->address == "fe80::1%eth1");
  CHECK(past_of(database, change(Role::outbound, {}, Peer{"fe80::1%eth1", 53}, "resolved"), 2)
            .snapshots == 1);
  CHECK(
      past_of(database, change(Role::outbound, {}, Peer{"fe80::1", 53}, "resolved"), 2).snapshots ==
      0);
}

TEST_CASE("a client has no port in its identity") {
  Database database;
  for (const std::uint16_t port : {std::uint16_t{40'000}, std::uint16_t{50'000}}) {
    database.append(Host(port).add({.protocol = Protocol::udp,
                                    .state = State::unconnected,
                                    .owner_state = OwnerState::held,
                                    .local = {{.family = Family::ipv4}, port}},
                                   "resolver"));
  }
  const auto found = database.store.history({.process = "resolver"});
  REQUIRE(found.size() == 1);
  CHECK(found[0].identity.role == Role::client);
  CHECK(found[0].identity.port == std::nullopt);
  CHECK(found[0].snapshots == 2);
}

TEST_CASE("a raw socket is one with the interface that it is bound to") {
  Database database;
  Host host(0);
  host.snapshot.namespaces[0].devices = {{2, "eth0"}, {3, "eth1"}};
  for (const std::uint32_t device : {2U, 3U}) {
    host.add({.protocol = Protocol::packet,
              .state = State::unconnected,
              .device_index = device,
              .link_protocol = 3},
             "tcpdump");
  }
  database.append(host);
  const auto found = database.store.history({.process = "tcpdump"});
  REQUIRE(found.size() == 2);
  CHECK(found[0].identity.device == "eth0");
  CHECK(found[1].identity.device == "eth1");
  CHECK(found[1].identity.port == 3);
  CHECK(found ==
        Store::open_for_reading(database.folder / "netmon.db").history({.process = "tcpdump"}));
}

}  // namespace
}  // namespace netmon::test
