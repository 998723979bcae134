#include "netmon/core/model/history.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "fixtures.h"
#include "netmon/store/store.h"
#include "store/history/history_index.h"

namespace netmon::test {
namespace {

constexpr std::chrono::hours kFirst{500'000};

Timestamp at(int hour) { return Timestamp{kFirst + std::chrono::hours{hour}}; }

// A host's snapshot, to which sockets are added; each has a process of its own.
struct Host {
  Snapshot snapshot;

  explicit Host(int hour, const std::string& machine_id = "m1", const std::string& name = "db1") {
    snapshot.info.machine_id = machine_id;
    snapshot.info.host_name = name;
    snapshot.info.started_at = at(hour);
    snapshot.namespaces = {{.id = 1}};
  }
  Host& listener(std::uint16_t port, const std::string& process,
                 Protocol protocol = Protocol::tcp) {
    const State state = protocol == Protocol::tcp ? State::listen : State::unconnected;
    return add({.protocol = protocol, .state = state, .local = {{.family = Family::ipv4}, port}},
               process);
  }
  Host& outbound(const std::string& address, std::uint16_t port, const std::string& process) {
    const IpAddress own{.family = Family::ipv4};
    return add({.state = State::established,
                .local = {own, 40'000},
                .remote = {*parse_ip_address(address), port}},
               process);
  }
  // A socket whose process is not known, where `process` is absent.
  Host& add(Socket socket, const std::optional<std::string>& process) {
    if (process) {
      socket.first_owner = static_cast<std::uint32_t>(snapshot.owners.size());
      socket.owner_count = 1;
      snapshot.owners.push_back({static_cast<std::uint32_t>(snapshot.processes.size())});
      snapshot.processes.push_back({.name = *process});
    }
    snapshot.sockets.push_back(socket);
    return *this;
  }
};

struct Database {
  TempFolder folder;
  Store store = Store::open_for_writing(folder / "netmon.db");

  void append(const Host& host) { store.append(host.snapshot); }
  [[nodiscard]] std::vector<std::string> processes(const HistoryQuery& query) const {
    std::vector<std::string> names;
    for (const Appearance& appearance : store.history(query))
      names.push_back(appearance.identity.program);
    return names;
  }
};

using Names = std::vector<std::string>;

Change change(Role role, std::optional<std::uint16_t> port, std::optional<Peer> remote,
              const std::optional<std::string>& process) {
  Change result;
  result.identity = {.role = role, .port = port, .remote = std::move(remote)};
  if (process) {
    result.identity.program = *process;
    result.process = ProcessSummary{.name = *process};
  }
  return result;
}

Past past_of(const Database& database, const Change& change, std::int64_t before) {
  const auto stored = database.store.list();
  const auto found = std::ranges::find(
      stored, before, [](const SnapshotSummary& summary) { return summary.info.id.value_or(0); });
  REQUIRE(found != stored.end());
  return database.store.past_of({change}, found->info).at(0);
}

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

  SnapshotInfo now = Host(7).snapshot.info;  // captured, and not stored
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

TEST_CASE("what of the index was deleted is made again") {
  Database database;
  for (int hour = 0; hour < 4; ++hour) {
    database.append(hour % 2 == 0 ? Host(hour).listener(80, "nginx").listener(22, "sshd")
                                  : Host(hour).listener(22, "sshd"));
  }
  const auto path = database.folder / "netmon.db";
  const auto all = [&] {
    return query(path,
                 "SELECT group_concat(program || first_snapshot || last_snapshot || "
                 "snapshots || host_snapshots) FROM (SELECT * FROM v_history ORDER BY program)");
  };
  (void)database.store.history({});
  const std::string before = all();
  CHECK(before.find("nginx") != std::string::npos);
  execute(path,
          "DELETE FROM history_run; DELETE FROM history_identity; DELETE FROM history_snapshot;"
          "DELETE FROM history_host");
  CHECK(Store::open_for_reading(path).history({.port = 22}).at(0).snapshots == 4);
  CHECK(all() == before);
}

// All of the index but its numbers of identities, which mean nothing.
std::string index_of(const std::filesystem::path& path) {
  return query(
      path,
      "SELECT group_concat(row, char(10)) FROM (SELECT machine || ' ' || h.host_name || ' ' "
      "|| snapshot_id || ' ' || number AS row FROM history_snapshot JOIN history_host AS h "
      "USING (host_no) UNION ALL SELECT machine || ' ' || role || port || program || "
      "ifnull(' since ' || present_since, '') || ifnull((SELECT group_concat(first_number "
      "|| '-' || last_number) FROM (SELECT * FROM history_run AS r WHERE r.identity_no = "
      "i.identity_no ORDER BY first_number)), '') FROM history_identity AS i JOIN "
      "history_host USING (host_no) ORDER BY row)");
}

// The index as it is made of the snapshots.
std::string index_made_again(const std::filesystem::path& path) {
  execute(path,
          "DELETE FROM history_run; DELETE FROM history_identity; DELETE FROM history_snapshot;"
          "DELETE FROM history_host");
  (void)Store::open_for_reading(path).history({});
  return index_of(path);
}

std::string indexed(const std::filesystem::path& path) {
  return query(path,
               "SELECT ifnull(group_concat(snapshot_id), '') FROM "
               "(SELECT snapshot_id FROM history_snapshot ORDER BY 1)");
}

TEST_CASE("a capture does not write the index, who asks it does") {
  Database database;
  const auto path = database.folder / "netmon.db";
  for (int hour = 0; hour < 3; ++hour) database.append(Host(hour).listener(22, "sshd"));
  CHECK(indexed(path).empty());
  CHECK(Store::open_for_reading(path).history({.port = 22}).at(0).snapshots == 3);
  CHECK(indexed(path) == "1,2,3");
  database.append(Host(3).listener(80, "nginx"));
  CHECK(indexed(path) == "1,2,3");
  CHECK(database.store.history({.port = 22}).at(0).of == 4);
  CHECK(indexed(path) == "1,2,3,4");
  const std::string bit_by_bit = index_of(path);
  CHECK(index_made_again(path) == bit_by_bit);
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

TEST_CASE("a damaged snapshot counts as one without sockets") {
  Database database;
  const auto path = database.folder / "netmon.db";
  for (int hour = 0; hour < 3; ++hour) database.append(Host(hour).listener(443, "nginx"));
  tamper(path, "UPDATE socket SET state = 'x' WHERE snapshot_id = 1");
  const auto found = database.store.history({.port = 443});
  REQUIRE(found.size() == 1);
  CHECK(found[0].first_snapshot == 2);
  CHECK(found[0].snapshots == 2);
  CHECK(found[0].of == 3);
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

Actor someone(int hour) { return {.user = {1, "daemon"}, .at = at(hour), .netmon_version = "1"}; }

TEST_CASE("an older snapshot that is imported later is seen at its time") {
  Database host;
  host.append(Host(0).listener(22, "sshd"));
  host.append(Host(1).listener(22, "sshd").listener(80, "nginx"));
  host.append(Host(2).listener(22, "sshd"));
  const auto file = [&](std::int64_t id) {
    const auto image = host.store.export_image({id}, {}, someone(9));
    write_file(host.folder / "file", {reinterpret_cast<const char*>(image.data()), image.size()});
    return host.folder / "file";
  };
  Database here;
  here.append(Host(5, "m2"));
  here.store.import_from(file(3), someone(9));
  here.store.import_from(file(1), someone(9));
  here.store.import_from(file(2), someone(9));
  const auto ssh = here.store.history({.process = "sshd"}).at(0);
  CHECK(ssh.first_seen == at(0));
  CHECK(ssh.first_snapshot == 3);
  CHECK(ssh.last_seen == at(2));
  CHECK(ssh.last_snapshot == 2);
  CHECK(ssh.snapshots == 3);
  CHECK(here.store.history({.process = "nginx"}).at(0).last_seen == at(1));
  CHECK(here.processes({}) == Names{"sshd", "nginx"});
  const Change nginx = change(Role::listener, 80, {}, "nginx");
  CHECK(past_of(here, nginx, 2).of == 2);
  CHECK(past_of(here, nginx, 2).snapshots == 1);
  CHECK(past_of(here, nginx, 3) == Past{});
  const auto path = here.folder / "netmon.db";
  const std::string index = index_of(path);
  CHECK(index_made_again(path) == index);
}

TEST_CASE("a host has the name of its newest snapshot, in whichever order they come") {
  Database host;
  host.append(Host(0, "m1", "old-name").listener(22, "sshd"));
  const auto image = host.store.export_image({1}, {}, someone(9));
  write_file(host.folder / "file", {reinterpret_cast<const char*>(image.data()), image.size()});
  Database here;
  here.append(Host(1, "m1", "new-name").listener(22, "sshd"));
  here.store.import_from(host.folder / "file", someone(9));
  CHECK(here.store.history({.port = 22}).at(0).host == "new-name");
  CHECK(here.store.history({.port = 22}).at(0).snapshots == 2);
}

TEST_CASE("what was pruned leaves the index as if it had never been there") {
  Database database;
  const auto path = database.folder / "netmon.db";
  for (int hour = 0; hour < 12; ++hour) {
    Host host(hour);
    host.snapshot.info.label = hour % 3 == 1 ? "keep" : "go";
    host.listener(22, "sshd");
    if (hour < 2) host.listener(1, "gone-with-the-kept");
    if (hour == 2) host.listener(2, "gone");
    if (hour % 2 == 0) host.listener(3, "now-and-then");
    if (hour > 6) host.listener(4, "late");
    database.append(host);
  }
  Host other(0, "m2");
  other.snapshot.info.label = "go";
  database.append(other.listener(22, "sshd"));
  database.store.prune({.older_than = std::chrono::hours{2}, .keep_labels = {"keep"}}, someone(10));
  CHECK(database.processes({.process = "gone"}).empty());
  const auto late = database.store.history({.process = "late"}).at(0);
  CHECK(late.first_snapshot == 8);
  CHECK(late.snapshots == 5);
  CHECK(late.of == 7);
  (void)database.store.history({});
  CHECK(query(path, "SELECT count(*) FROM history_host") == "1");
  const std::string index = index_of(path);
  CHECK(index_made_again(path) == index);
  database.append(Host(13).listener(4, "late"));
  CHECK(database.store.history({.process = "late"}).at(0).snapshots == 6);
}

TEST_CASE("an index that cannot be read is damage") {
  Database database;
  database.append(Host(0).listener(80, "nginx"));
  (void)database.store.history({});
  execute(database.folder / "netmon.db", "UPDATE history_identity SET scope = 'mars'");
  CHECK(failure([&] {
          (void)database.store.history({.port = 80});
        }).ends_with("the history index is damaged: its column scope cannot be read"));
}

TEST_CASE("what was pruned leaves the index at once, also where it is behind") {
  Database database;
  const auto path = database.folder / "netmon.db";
  database.append(Host(0).listener(1, "gone"));
  (void)database.store.history({});
  database.append(Host(1).listener(2, "gone"));
  database.append(Host(20).listener(3, "kept"));
  database.store.prune({.older_than = std::chrono::hours{5}}, someone(20));
  CHECK(query(path, "SELECT count(*) FROM history_identity") == "0");
  CHECK(indexed(path).empty());
  CHECK(database.processes({.process = "gone"}).empty());
  CHECK(database.store.history({.process = "kept"}).at(0).of == 1);
}

TEST_CASE("an address has a key with its interface, a scope has none") {
  CHECK(key_of_peer("10.0.0.1").has_value());
  CHECK(key_of_peer("fe80::1%eth0").has_value());
  CHECK_FALSE(key_of_peer("").has_value());
  CHECK_FALSE(key_of_peer("container:postgres").has_value());
  CHECK_FALSE(key_of_peer("host").has_value());
}

TEST_CASE("addresses sort as bytes, those of a prefix next to one another") {
  const auto key = [](std::string_view text) {
    const AddressKey made(*parse_ip_address(text));
    return std::vector(made.bytes().begin(), made.bytes().end());
  };
  CHECK(key("10.1.2.3") == std::vector<std::uint8_t>{4, 10, 1, 2, 3});
  CHECK(key("255.255.255.255") < key("::"));
  const auto last = AddressKey::last_of(*parse_ip_prefix("10.16.0.0/12"));
  CHECK(std::vector(last.bytes().begin(), last.bytes().end()) == key("10.31.255.255"));
}

}  // namespace
}  // namespace netmon::test
