// When the identity of a change was seen in earlier snapshots.
#include <doctest/doctest.h>

#include "history/history_fixtures.h"

namespace netmon::test {
namespace {

TEST_CASE("the past of a change is that of its host, before a snapshot") {
  Database database;
  database.append(Host(0).listener(22, "sshd"));
  database.append(Host(1, "m2").listener(31337, "nc"));
  database.append(Host(2).listener(31337, "nc"));
  database.append(Host(3));
  database.append(Host(4).listener(31337, "nc"));
  database.append(Host(5).listener(31337, "nc"));
  database.append(Host(6).listener(31337, "nc"));
  const Change nc = change(Role::listener, 31337, {}, "nc");
  CHECK(past_of(database, nc, 1) == Past{});
  CHECK(past_of(database, nc, 3) == Past{.of = 1, .since = at(0)});
  CHECK(past_of(database, nc, 4) ==
        Past{.snapshots = 1, .of = 2, .since = at(0), .first_seen = at(2), .last_seen = at(2)});
  CHECK(past_of(database, nc, 6) ==
        Past{.snapshots = 2, .of = 4, .since = at(0), .first_seen = at(2), .last_seen = at(4)});
  CHECK(past_of(database, nc, 7) ==
        Past{.snapshots = 3, .of = 5, .since = at(0), .first_seen = at(2), .last_seen = at(5)});

  SnapshotInfo now = Host(7).snapshot.info;  // captured, but not stored
  now.id.reset();
  CHECK(database.store.past_of({nc}, now).at(0).snapshots == 4);
  now.machine_id = "another";
  CHECK(database.store.past_of({nc}, now).at(0) == Past{});
}

TEST_CASE("the past is that of the same identity") {
  Database database;
  database.append(Host(0).listener(53, "named").outbound("192.0.2.1", 443, "curl"));
  database.append(Host(1));
  const auto seen = [&](const Change& change) {
    return past_of(database, change, 2).snapshots == 1;
  };
  Change named = change(Role::listener, 53, {}, "named");
  CHECK(seen(named));
  CHECK_FALSE(seen(change(Role::listener, 54, {}, "named")));
  CHECK_FALSE(seen(change(Role::listener, 53, {}, "dnsmasq")));
  named.identity.protocol = Protocol::udp;
  CHECK_FALSE(seen(named));
  named.identity.protocol = Protocol::tcp;
  named.identity.scope = {ScopeKind::container, ""};
  CHECK_FALSE(seen(named));
  CHECK(seen(change(Role::outbound, {}, Peer{"192.0.2.1", 443}, "curl")));
  CHECK_FALSE(seen(change(Role::outbound, {}, Peer{"192.0.2.2", 443}, "curl")));
  CHECK_FALSE(seen(change(Role::outbound, {}, Peer{"192.0.2.1", 80}, "curl")));
  CHECK_FALSE(seen(change(Role::inbound, 443, Peer{"192.0.2.1", {}}, "curl")));
}

TEST_CASE("a change without a process has the past of every process at its place") {
  Database database;
  database.append(Host(0).listener(80, "nginx"));
  database.append(Host(1).listener(80, "nginx").listener(80, "apache"));
  database.append(Host(2).listener(80, "apache"));
  database.append(Host(3));
  database.append(
      Host(4).add({.state = State::listen, .local = {{.family = Family::ipv4}, 80}}, std::nullopt));
  database.append(Host(5));
  const Past past = past_of(database, change(Role::listener, 80, {}, std::nullopt), 6);
  CHECK(past.snapshots == 4);
  CHECK(past.of == 5);
  CHECK(past.last_seen == at(4));
  CHECK(past_of(database, change(Role::listener, 80, {}, "nginx"), 6).snapshots == 2);
}

TEST_CASE("a process that calls itself nothing is not one that is not known") {
  Database database;
  database.append(Host(0).listener(80, ""));
  database.append(Host(1));
  CHECK(past_of(database, change(Role::listener, 80, {}, std::string(kUnnamedProcess)), 2)
            .snapshots == 1);
  CHECK(database.processes({.process = ""}).empty());
  CHECK(database.processes({.process = std::string(kUnnamedProcess)}).size() == 1);
}

TEST_CASE("the past needs no more of the index than what was before") {
  Database database;
  const auto path = database.folder / "netmon.db";
  database.append(Host(0, "m2"));
  for (int hour = 1; hour < 6; ++hour) database.append(Host(hour).listener(22, "sshd"));
  const Change ssh = change(Role::listener, 22, {}, "sshd");
  CHECK(past_of(database, ssh, 2) == Past{});
  CHECK(indexed(path).empty());
  CHECK(past_of(database, ssh, 4).snapshots == 2);
  CHECK(indexed(path) == "1,2,3");
  CHECK(database.store.past_of({}, database.store.list().back().info).empty());
  CHECK(indexed(path) == "1,2,3");
}

TEST_CASE("the past takes a snapshot that is in memory for itself") {
  Database database;
  const auto path = database.folder / "netmon.db";
  database.append(Host(0).listener(80, "nginx"));
  database.append(Host(1).listener(80, "nginx").listener(80, "apache"));
  database.append(Host(2));
  const auto known = [&](std::int64_t id) { return database.store.load(id); };
  const SnapshotInfo last = database.store.list().back().info;
  const Change nginx = change(Role::listener, 80, {}, "nginx");
  const Change anyone = change(Role::listener, 80, {}, std::nullopt);
  const Change another = change(Role::listener, 8, {}, std::nullopt);
  const Past twice{
      .snapshots = 2, .of = 2, .since = at(0), .first_seen = at(0), .last_seen = at(1)};

  SUBCASE("the one before") {
    const Snapshot before = known(2);
    CHECK(database.store.past_of({nginx, anyone, another}, last, &before) ==
          std::vector{twice, twice, Past{.of = 2, .since = at(0)}});
    CHECK(indexed(path) == "1");
  }
  SUBCASE("the only one before") {
    const Snapshot before = known(1);
    CHECK(database.store.past_of({nginx}, known(2).info, &before).at(0) ==
          Past{.snapshots = 1, .of = 1, .since = at(0), .first_seen = at(0), .last_seen = at(0)});
    CHECK(indexed(path).empty());
  }
  SUBCASE("not one that others came behind, which the index must have") {
    const Snapshot before = known(1);
    CHECK(database.store.past_of({nginx}, last, &before).at(0) == twice);
    CHECK(indexed(path) == "1,2");
  }
  SUBCASE("not one that the index has") {
    (void)database.store.history({});
    const Snapshot before = known(2);
    CHECK(database.store.past_of({nginx}, last, &before).at(0) == twice);
  }
  SUBCASE("not one that came later") {
    const Snapshot after = known(3);
    CHECK(database.store.past_of({nginx}, known(2).info, &after).at(0).of == 1);
  }
  SUBCASE("nor one of another host") {
    database.append(Host(1, "m2").listener(80, "nginx"));
    const Snapshot other = known(4);
    CHECK(database.store.past_of({nginx}, last, &other).at(0) == twice);
  }
  SUBCASE("nor one that is not stored") {
    const Snapshot now = Host(1).listener(80, "nginx").snapshot;
    CHECK(database.store.past_of({nginx}, last, &now).at(0) == twice);
  }
}

}  // namespace
}  // namespace netmon::test
