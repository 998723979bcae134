#include "netmon/store/store.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "fixtures.h"

namespace netmon::test {
namespace {

TEST_CASE("what is loaded is what was appended") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Snapshot snapshot = hostile_snapshot(seed);
    const SnapshotInfo info = store.append(snapshot);
    snapshot.info.id = info.id;
    snapshot.info.digest = info.digest;
    CHECK(info == snapshot.info);
    CHECK(store.load(info.id.value()) == snapshot);
  }
  CHECK(query(folder / "netmon.db", "PRAGMA integrity_check") == "ok");
  CHECK(query(folder / "netmon.db", "SELECT count(*) FROM pragma_foreign_key_check") == "0");
}

TEST_CASE("a snapshot of nothing is stored and loaded") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  Snapshot nothing;
  nothing.info = store.append(nothing);
  CHECK(store.load(1) == nothing);
}

TEST_CASE("snapshots are numbered from 1 and chained by their digests") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  const SnapshotInfo first = store.append(small_snapshot("pre-change"));
  const SnapshotInfo second = store.append(small_snapshot("pre-change"));
  CHECK(first.id == 1);
  CHECK(second.id == 2);
  CHECK(first.digest.size() == 7 + 64);
  CHECK(first.digest.starts_with("sha256:"));
  CHECK(first.digest != second.digest);
  CHECK(query(path, "SELECT ifnull(previous_digest, 'none') FROM snapshot WHERE id = 1") == "none");
  CHECK(query(path, "SELECT previous_digest FROM snapshot WHERE id = 2") == first.digest);
}

TEST_CASE("a database has a chain of its own, and each snapshot its link") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  const SnapshotInfo first = store.append(small_snapshot("pre-change"));
  const SnapshotInfo second = store.append(small_snapshot("post-change"));
  Store::open_for_writing(folder / "other.db");
  const std::string origin = query(path, "SELECT origin FROM chain");
  CHECK(origin.size() == 32);
  CHECK(origin != query(folder / "other.db", "SELECT origin FROM chain"));
  CHECK(
      query(path, "SELECT group_concat(number || ' ' || kind || ' ' || digest, '; ') FROM link") ==
      fmt::format("1 capture {}; 2 capture {}", first.digest, second.digest));
  CHECK(query(path,
              "SELECT count(*) FROM link JOIN snapshot ON id = number AND "
              "content_digest = snapshot.digest") == "2");
  CHECK(query(path, "SELECT previous_digest FROM link WHERE number = 2") == first.digest);
  CHECK(first.digest != query(path, "SELECT digest FROM snapshot WHERE id = 1"));
}

TEST_CASE("where no number is left, nothing is stored") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  execute(path, "INSERT INTO link VALUES (0, 9223372036854775807, 'prune', NULL, '', '')");
  CHECK(failure([&] { store.append(small_snapshot("x")); }) ==
        fmt::format("2 {}: has no number left for another entry", path.string()));
  CHECK(store.list().empty());
}

TEST_CASE("the list is oldest first and counts without loading") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  CHECK(store.list().empty());
  const SnapshotInfo first = store.append(small_snapshot("pre-change"));
  const SnapshotInfo second = store.append(Snapshot{});
  CHECK(
      Store::open_for_reading(folder / "netmon.db").list() ==
      std::vector<SnapshotSummary>{
          {.info = first, .sockets = 4, .listeners = 2, .processes = 2, .namespaces = 1, .gaps = 1},
          {.info = second}});
}

TEST_CASE("the list tells a span") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  store.append(small_snapshot("moment"));
  const SnapshotInfo span = store.append(full_snapshot("span"));
  store.append(small_snapshot("moment"));
  const auto listed = store.list();
  REQUIRE(listed.size() == 3);
  CHECK(listed[0].info.span == std::nullopt);
  CHECK(listed[1].info == span);
  CHECK(listed[2].info.span == std::nullopt);
}

TEST_CASE("a number that no snapshot has cannot be loaded") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  const auto store = Store::open_for_writing(path);
  CHECK(failure([&] { (void)store.load(7); }) ==
        fmt::format("2 {}: snapshot #7: no such snapshot", path.string()));
}

TEST_CASE("no row can be changed, deleted or replaced") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(full_snapshot("pre-change"));
  std::vector<std::string> tables{"snapshot"};
  tables.insert(tables.end(), kRowTables.begin(), kRowTables.end());
  for (const std::string& table : tables) {
    CAPTURE(table);
    CHECK(query(path, fmt::format("SELECT count(*) > 0 FROM {}", table)) == "1");
    const std::string column = table == "snapshot" ? "id" : "snapshot_id";
    CHECK_THROWS_WITH(execute(path, fmt::format("UPDATE {0} SET {1} = {1}", table, column)),
                      "snapshots are append-only");
    CHECK_THROWS_WITH(execute(path, fmt::format("DELETE FROM {}", table)),
                      "snapshots are append-only");
  }
  CHECK_THROWS_WITH(execute(path,
                            "PRAGMA recursive_triggers = OFF;"
                            "INSERT OR REPLACE INTO snapshot SELECT * FROM snapshot"),
                    "snapshots are append-only");
}

TEST_CASE("no entry of the chain can be changed, deleted or replaced") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(small_snapshot("pre-change"));
  execute(path,
          "INSERT INTO import VALUES (9, 0, 1, '', '', 0, '', '');"
          "INSERT INTO prune VALUES (9, '', 0, '', '', 0, '', 0);"
          "INSERT INTO tombstone VALUES (9, 9, '', '', '', '');"
          "INSERT INTO document VALUES (9, '', '', '', '')");
  for (const std::string table : {"chain", "link", "import", "prune", "tombstone", "document"}) {
    CAPTURE(table);
    CHECK_THROWS_WITH(execute(path, fmt::format("UPDATE {0} SET rowid = rowid", table)),
                      table == "link" ? "no such column: rowid" : "the chain is append-only");
    CHECK_THROWS_WITH(execute(path, fmt::format("DELETE FROM {}", table)),
                      "the chain is append-only");
  }
  CHECK_THROWS_WITH(execute(path, "UPDATE link SET digest = ''"), "the chain is append-only");
  CHECK_THROWS_WITH(execute(path, "INSERT OR REPLACE INTO link SELECT * FROM link"),
                    "the chain is append-only");
}

TEST_CASE("rows go only with a tombstone, and their number is not given again") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  store.append(full_snapshot("pre-change"));
  execute(path, "INSERT INTO tombstone VALUES (1, 9, '', '', '', '')");
  for (const char* table : kRowTables) {
    execute(path, fmt::format("DELETE FROM {} WHERE snapshot_id = 1", table));
  }
  execute(path, "DELETE FROM snapshot WHERE id = 1");
  CHECK(store.list().empty());
  CHECK(store.append(small_snapshot("post-change")).id == 2);
}

TEST_CASE("a command line is stored with a salt of its own") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Snapshot snapshot = small_snapshot("pre-change");
  for (Process& process : snapshot.processes) process.cmdline = "nginx: worker";
  Store::open_for_writing(path).append(snapshot);
  CHECK(Store::open_for_reading(path).load(1).processes == snapshot.processes);
  CHECK(query(path,
              "SELECT count(DISTINCT salt) || ' ' || count(DISTINCT sha256) || ' ' || "
              "min(length(salt)) || ' ' || min(length(sha256)) FROM command_line") == "3 3 32 64");
}

TEST_CASE("a snapshot that refers to what it does not hold is refused whole") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  const Snapshot sound = full_snapshot("pre-change");
  Snapshot snapshot = sound;
  SUBCASE("a namespace") { snapshot.sockets[3].netns = 1; }
  SUBCASE("owners") { snapshot.sockets[2].owner_count = 2; }
  SUBCASE("owners far beyond the end") { snapshot.sockets[2].first_owner = 0xffffffff; }
  SUBCASE("a process") { snapshot.owners[0].process = 3; }
  SUBCASE("a parent") { snapshot.processes[0].parent = 3; }
  SUBCASE("an owner that no socket has") { snapshot.owners.push_back({}); }
  SUBCASE("a socket of a span without its sighting") { snapshot.sightings.pop_back(); }
  SUBCASE("sightings of no span") { snapshot.info.span.reset(); }
  SUBCASE("a hidden socket's namespace") { snapshot.hidden[0].netns = 1; }
  SUBCASE("a hidden socket's process") { snapshot.hidden[0].process = 3; }
  CHECK_THROWS_AS(store.append(snapshot), std::logic_error);
  CHECK(store.list().empty());
  CHECK(store.append(sound).id == 1);
}

TEST_CASE("the views show a snapshot to a person") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(small_snapshot("pre-change"));
  const auto rows = [&](const std::string& columns, const std::string& view) {
    return query(path, fmt::format("SELECT group_concat({}, '; ') FROM {}", columns, view));
  };
  CHECK(rows("proto || ' ' || local || ' ' || remote || ' ' || pid || ' ' || process || ' ' || "
             "ifnull(device, '-')",
             "v_listeners") == "tcp 0.0.0.0:443 *:* 80 nginx -; udp [::]:53 *:* 80 nginx eth0");
  CHECK(
      rows("state || ' ' || remote || ' ' || owner || ' ' || ifnull(pid, '-')", "v_connections") ==
      "established 192.0.2.7:50000 held 81; time-wait 192.0.2.7:50001 time-wait -");
  CHECK(rows("socket_no || ' ' || owner_no || ' ' || pid || ' ' || fd",
             "(SELECT * FROM v_owners ORDER BY socket_no, owner_no)") ==
        "0 0 80 6; 0 1 81 6; 1 0 80 7; 2 0 81 9");
  CHECK(rows("code || ' ' || protocol || ' ' || reason", "v_gaps") ==
        "protocol-not-answered packet Permission denied");
  CHECK(rows("id || ' ' || label || ' ' || taken_at || ' ' || sockets", "v_snapshots") ==
        "1 pre-change 2026-03-02T19:45:00.123Z 4");

  Store::open_for_writing(path).append(full_snapshot("span"));
  CHECK(rows("local || ' ' || substr(exe_sha256, 1, 4) || ' ' || samples || ' ' || last_seen",
             "(SELECT * FROM v_listeners WHERE snapshot = 2)") ==
        "0.0.0.0:443 aaaa 2 2026-03-02T19:45:00.456Z; [::]:53 aaaa 3 2026-03-02T19:45:00.456Z");
  CHECK(rows("local_port || ' ' || pid || ' ' || seen_in || ' ' || missing_from", "v_hidden") ==
        "31337 81 bpf netlink");
  CHECK(rows("pid || ' ' || script || ' ' || groups || ' ' || capabilities || ' ' || "
             "replace(foreign_code, char(10), ',') || ' ' || loader_variables || ' ' || "
             "command_line",
             "v_programs") ==
        "80 /srv/app.py 4,27,33 0000000000000400 /memfd:x,/tmp/x.so (deleted) "
        "LD_PRELOAD=/tmp/x.so nginx -g 'daemon off;'");
  CHECK(query(path, "SELECT count(*) FROM v_history") == "0");
  (void)Store::open_for_reading(path).history({});
  CHECK(rows("host || ' ' || proto || ' ' || port || ' ' || snapshots || ' ' || host_snapshots "
             "|| ' ' || indexed_to",
             "(SELECT DISTINCT host, proto, port, snapshots, host_snapshots, indexed_to "
             "FROM v_history WHERE role = 'listener' ORDER BY proto)") ==
        "db1 tcp 443 2 2 2; db1 udp 53 2 2 2");
}

}  // namespace
}  // namespace netmon::test
