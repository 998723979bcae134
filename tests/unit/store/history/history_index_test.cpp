#include "store/history/history_index.h"

#include <doctest/doctest.h>

#include "history/history_fixtures.h"

namespace netmon::test {
namespace {

Actor someone(int hour) { return {.user = {1, "daemon"}, .at = at(hour), .netmon_version = "1"}; }

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
