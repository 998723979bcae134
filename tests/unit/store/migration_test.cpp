#include <doctest/doctest.h>

#include "fixtures.h"
#include "netmon/store.h"
#include "store/database.h"

namespace netmon::test {
namespace {

namespace fs = std::filesystem;

// The digest that schema 1 gave small_snapshot("pre-change") as the first of a database.
constexpr const char* kDigest =
    "sha256:212b509e4bf804500d5a4246f76e5fff24bde85fe0f72328aee060a5aefc43d6";

// A database of schema 1 with `snapshots` snapshots, the first small_snapshot("pre-change").
fs::path old_database(const TempFolder& folder, int snapshots) {
  const auto made_now = folder / "now.db";
  auto store = Store::open_for_writing(made_now);
  for (int i = 0; i < snapshots; ++i) {
    store.append(small_snapshot(i == 0 ? "pre-change" : "post-change"));
  }
  auto path = folder / "netmon.db";
  open_database(path, Access::write, migrations().first(1));
  std::string copy = "ATTACH '" + made_now.string() + "' AS now; PRAGMA foreign_keys = OFF;";
  for (const std::string table : {"snapshot", "netns", "netns_container", "netns_device", "process",
                                  "socket", "other_owner", "gap"}) {
    copy += "INSERT INTO main." + table + " SELECT * FROM now." + table + ";";
  }
  execute(path, copy);
  fs::remove(made_now);
  return path;
}

TEST_CASE("a snapshot of schema 1 verifies after the migration as before") {
  const TempFolder folder;
  const auto path = old_database(folder, 1);
  REQUIRE(query(path, "SELECT digest FROM snapshot") == kDigest);
  Snapshot expected = small_snapshot("pre-change");
  expected.info.id = 1;
  expected.info.digest = kDigest;
  CHECK(Store::open_for_reading(path).load(1) == expected);
  auto store = Store::open_for_writing(path);
  CHECK(query(path, "PRAGMA user_version") == std::to_string(migrations().size()));
  CHECK(store.load(1) == expected);
  CHECK(store.append(full_snapshot("post-change")).id == 2);
  CHECK(store.load(1) == expected);
  CHECK(query(path, "SELECT previous_digest FROM snapshot WHERE id = 2") == kDigest);
}

// As schema2.sql has them.
constexpr const char* kOldDigests =
    "sha256:9a49474b50ab74fa41be54901e008ae5c1a35bd39d84886a1e05ac73980a3c92 "
    "sha256:61c6165da60eb544e9fa8b0c6f74814ba7282e203039b6bd1a51b2c06a79ed63 "
    "sha256:ec8955e056890c0237880bcf2aa917f6fef078360a7e12752b86e0ea97ac5505";

std::string digests_of(const std::vector<SnapshotSummary>& listed) {
  std::string digests;
  for (const SnapshotSummary& summary : listed) {
    digests += (digests.empty() ? "" : " ") + summary.info.digest;
  }
  return digests;
}

TEST_CASE("the snapshots of schema 2 keep their digests and their command lines") {
  const TempFolder folder;
  const auto path = database_of_schema_2(folder);
  const std::string content = read_file(path);
  const auto old = Store::open_for_reading(path);
  CHECK(digests_of(old.list()) == kOldDigests);
  const Snapshot second = old.load(2);
  CHECK(second.processes.at(1).cmdline == "nginx -g 'daemon off;'");
  CHECK(read_file(path) == content);
  const auto store = Store::open_for_writing(path);
  CHECK(query(path, "PRAGMA user_version") == "3");
  CHECK(digests_of(store.list()) == kOldDigests);
  CHECK(store.load(2) == second);
}

TEST_CASE("a chain goes on from what was stored before there were links") {
  const TempFolder folder;
  const auto path = database_of_schema_2(folder);
  auto store = Store::open_for_writing(path);
  const SnapshotInfo stored = store.append(full_snapshot("later"));
  CHECK(stored.id == 4);
  CHECK(query(path, "SELECT previous_digest FROM link WHERE number = 4") ==
        store.list().at(2).info.digest);
  const Verification verified = store.verify({});
  CHECK(verified.snapshots == 4);
  CHECK(verified.rows.empty());
  CHECK(verified.schema.empty());
  CHECK(verified.chain.empty());
  REQUIRE(verified.chains.size() == 1);
  CHECK(verified.chains[0].last == 4);
  CHECK(verified.chains[0].head == stored.digest);
  CHECK(verified.chains[0].unprovable == 0);
}

TEST_CASE("reading a database of schema 1 does not change it") {
  const TempFolder folder;
  const auto path = old_database(folder, 2);
  const std::string content = read_file(path);
  const auto store = Store::open_for_reading(path);
  CHECK(store.list().size() == 2);
  CHECK(store.load(2).info.label == "post-change");
  CHECK(store.resolve(NumberRevision{2}) == 2);
  CHECK(store.executables().empty());
  CHECK(read_file(path) == content);
}

TEST_CASE("history knows the snapshots that were stored before it") {
  const TempFolder folder;
  const auto path = old_database(folder, 2);
  SUBCASE("when it is asked first") {
    const auto found = Store::open_for_reading(path).history({.port = 443});
    REQUIRE(found.size() == 1);
    CHECK(found[0].first_snapshot == 1);
    CHECK(found[0].last_snapshot == 2);
    CHECK(query(path, "PRAGMA user_version") == std::to_string(migrations().size()));
  }
  SUBCASE("when a snapshot is stored first") {
    Store::open_for_writing(path).append(small_snapshot("later"));
    const auto found = Store::open_for_reading(path).history({.port = 443});
    REQUIRE(found.size() == 1);
    CHECK(found[0].first_snapshot == 1);
    CHECK(found[0].last_snapshot == 3);
    CHECK(found[0].snapshots == 3);
  }
}

TEST_CASE("a damaged snapshot of old keeps no new one from being stored") {
  const TempFolder folder;
  const auto path = old_database(folder, 2);
  execute(path, "DROP TRIGGER socket_update; UPDATE socket SET state = 'x' WHERE snapshot_id = 1");
  auto store = Store::open_for_writing(path);
  CHECK(store.append(small_snapshot("later")).id == 3);
  const auto found = store.history({.port = 443});
  REQUIRE(found.size() == 1);
  CHECK(found[0].first_snapshot == 2);
  CHECK(found[0].snapshots == 2);
  CHECK(found[0].of == 3);
}

}  // namespace
}  // namespace netmon::test
