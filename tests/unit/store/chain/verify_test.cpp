#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "store/chain/chain.h"
#include "store/rows/snapshot_rows.h"
#include "verify_fixtures.h"

namespace netmon::test {
namespace {

namespace fs = std::filesystem;

// SQL for all tables with rows of a snapshot, from a pattern such as
// "DELETE FROM {table} WHERE {number} = 7;".
std::string in_every_table(const std::string& action) {
  const auto in_table = [&](const char* table, const char* number) {
    return fmt::format(fmt::runtime(action), fmt::arg("table", table), fmt::arg("number", number));
  };
  std::string sql = in_table("snapshot", "id");
  for (const char* table : kRowTables) sql += in_table(table, "snapshot_id");
  return sql;
}

std::string delete_snapshot(int id) {
  return in_every_table("DELETE FROM {table} WHERE {number} = " + std::to_string(id) + ";");
}

std::string origin_of(const fs::path& path, int chain_no) {
  return query(path, fmt::format("SELECT origin FROM chain WHERE chain_no = {}", chain_no));
}

TEST_CASE("sound evidence verifies") {
  const Evidence evidence;
  std::vector<std::uint64_t> progress;
  const Verification verified = Store::open_for_reading(evidence.path())
                                    .verify({}, [&](std::uint64_t done, std::uint64_t of) {
                                      CHECK(of == 5);
                                      progress.push_back(done);
                                    });
  CHECK(flaws_of(verified) == "");
  CHECK(progress == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
  CHECK(verified.snapshots == 5);
  CHECK(verified.masked == 1);
  CHECK(verified.match == std::nullopt);
  const auto head = [&](int chain_no) {
    return query(evidence.path(), fmt::format("SELECT digest FROM link WHERE chain_no = {} "
                                              "ORDER BY number DESC LIMIT 1",
                                              chain_no));
  };
  CHECK(verified.chains ==
        std::vector<ChainExtent>{
            {.origin = origin_of(evidence.path(), 0),
             .own = true,
             .last = 7,
             .head = head(0),
             .snapshots = 5,
             .imports = 1,
             .pruned = 1},
            {.origin = origin_of(evidence.path(), 1), .last = 3, .head = head(1), .snapshots = 1}});
}

TEST_CASE("an empty database verifies") {
  const TempFolder folder;
  const Verification verified = Store::open_for_writing(folder / "netmon.db").verify({});
  CHECK(flaws_of(verified) == "");
  REQUIRE(verified.chains.size() == 1);
  CHECK(verified.chains[0].last == 0);
  CHECK(verified.chains[0].head == "");
}

TEST_CASE("the rows of one snapshot are read where one is asked for, and every link") {
  Evidence evidence;
  evidence.tamper("UPDATE gap SET reason = ''; UPDATE prune SET user_name = ''");
  const std::string chain = "; chain #6: the record of what it pruned does not match its digest";
  CHECK(flaws_of(evidence.verify({.id = 4, .digest = ""})) ==
        "rows #4: does not match its digest" + chain);
  CHECK(evidence.verify({.id = 4, .digest = ""}).snapshots == 1);
  CHECK(flaws_of(evidence.verify({.id = 1, .digest = ""})) == "rows #1: is not there" + chain);
}

TEST_CASE("a digest that was kept elsewhere is found in its chain") {
  const Evidence evidence;
  const auto match_of = [&](int chain_no, int number) {
    return evidence
        .verify({.id = 7,
                 .digest = query(evidence.path(),
                                 fmt::format("SELECT digest FROM link WHERE chain_no = {} AND "
                                             "number = {}",
                                             chain_no, number))})
        .match;
  };
  CHECK(match_of(0, 7) == DigestMatch{origin_of(evidence.path(), 0), 7, 0});
  CHECK(match_of(0, 2) == DigestMatch{origin_of(evidence.path(), 0), 2, 5});
  CHECK(match_of(1, 2) == DigestMatch{origin_of(evidence.path(), 1), 2, 1});
  CHECK(evidence.verify({.id = 7, .digest = "sha256:0"}).match == std::nullopt);
}

TEST_CASE("what was done to rows is found in the rows") {
  for (const char* sql : {
           "UPDATE gap SET reason = '' WHERE snapshot_id = 2",
           "DELETE FROM gap WHERE snapshot_id = 2",
           "INSERT INTO gap VALUES (2, 1, 'owners-not-visible', NULL, NULL, '', 1)",
           "UPDATE socket SET cookie = 25 - cookie WHERE snapshot_id = 2 AND socket_no IN (0, 3)",
           "UPDATE snapshot SET label = 'post-change' WHERE id = 2",
           "UPDATE snapshot SET started_at = '2026-03-05T10:00:00.001Z' WHERE id = 2",
           "DELETE FROM command_line WHERE snapshot_id = 2",
       }) {
    CAPTURE(sql);
    CHECK(flaws_after(sql) == "rows #2: does not match its digest");
  }
  CHECK(flaws_after("UPDATE gap SET count = 2 WHERE snapshot_id = 3") ==
        "rows #3: does not match its digest");
  CHECK(flaws_after("UPDATE socket SET state = 'x' WHERE snapshot_id = 2 AND socket_no = 1") ==
        "rows #2: row 1 of table socket is damaged: its column state cannot be read");
  const std::string command_line = "rows #2: row 0 of table command_line ";
  CHECK(flaws_after("UPDATE command_line SET text = 'x' WHERE snapshot_id = 2") ==
        command_line + "does not match its digest");
  CHECK(flaws_after("UPDATE command_line SET salt = 'x' WHERE snapshot_id = 2") ==
        command_line + "does not match its digest");
  CHECK(flaws_after("UPDATE command_line SET sha256 = 'x' WHERE snapshot_id = 2") ==
        command_line + "does not match its digest");
  CHECK(flaws_after("UPDATE command_line SET salt = NULL WHERE snapshot_id = 2") ==
        command_line + "lacks its salt");
}

TEST_CASE("of a command line that was masked only the digest is evidence") {
  Evidence evidence;
  evidence.tamper("UPDATE command_line SET text = 'x' WHERE salt IS NULL");
  CHECK(flaws_of(evidence.verify()) == "");
  evidence.tamper("UPDATE command_line SET salt = NULL WHERE snapshot_id = 3");
  CHECK(flaws_of(evidence.verify()) == "");
  CHECK(evidence.verify().masked == 2);
  evidence.tamper("UPDATE command_line SET sha256 = 'x' WHERE snapshot_id = 3");
  CHECK(flaws_of(evidence.verify()) == "rows #3: does not match its digest");
}

TEST_CASE("what was done to entries is found in the chain") {
  struct Tampering {
    std::string sql;
    std::string flaws;
  };
  const std::string gone = "is missing, and no entry records that it was pruned";
  const std::string prune = "; chain #6: the record of what it pruned does not match its digest";
  const std::string import = "chain #3: the record of its import does not match its digest";
  for (const Tampering& tampering : {
           Tampering{delete_snapshot(2), "chain #2: " + gone},
           Tampering{delete_snapshot(7), "chain #7: " + gone},
           Tampering{delete_snapshot(3), "chain #3: " + gone},
           Tampering{delete_snapshot(2) + "DELETE FROM link WHERE chain_no = 0 AND number = 2",
                     "chain #2: is missing from the chain"},
           Tampering{delete_snapshot(4) + delete_snapshot(5) +
                         "DELETE FROM link WHERE chain_no = 0 AND number IN (4, 5)",
                     "chain #4: and all up to #5 are missing from the chain"},
           Tampering{"DELETE FROM link WHERE chain_no = 0 AND number = 7",
                     "chain #7: is not in the chain"},
           Tampering{"UPDATE snapshot SET digest = 'x' WHERE id = 2",
                     "rows #2: does not match its digest; "
                     "chain #2: does not match its link in the chain"},
           Tampering{"UPDATE snapshot SET previous_digest = NULL WHERE id = 2",
                     "rows #2: does not match its digest; "
                     "chain #2: does not match its link in the chain"},
           Tampering{in_every_table("UPDATE {table} SET {number} = 9 WHERE {number} = 7;"),
                     "rows #9: does not match its digest; chain #7: " + gone +
                         "; chain #9: is not in the chain"},
           Tampering{"UPDATE link SET digest = 'x' WHERE chain_no = 0 AND number = 2",
                     "chain #2: its link does not match its digest; "
                     "chain #3: does not name the digest of the entry before it"},
           Tampering{"UPDATE link SET content_digest = 'x' WHERE chain_no = 0 AND number = 2",
                     "chain #2: its link does not match its digest; "
                     "chain #2: does not match its link in the chain"},
           Tampering{"UPDATE link SET previous_digest = 'x' WHERE chain_no = 0 AND number = 2",
                     "chain #2: does not name the digest of the entry before it; "
                     "chain #2: its link does not match its digest; "
                     "chain #2: does not match its link in the chain"},
           Tampering{"UPDATE link SET previous_digest = 'x' WHERE chain_no = 0 AND number = 1",
                     "chain #1: does not name the digest of the entry before it; "
                     "chain #1: its link does not match its digest"},
           Tampering{"UPDATE link SET kind = 'prune' WHERE chain_no = 0 AND number = 2",
                     "chain #2: its link does not match its digest; chain #2: pruned snapshots, "
                     "but the record of that is missing; chain #2: is not in the chain"},
           Tampering{"UPDATE link SET kind = 'x' WHERE chain_no = 0 AND number = 7",
                     "chain #7: its link is damaged: no such kind; chain #7: is not in the chain"},
           Tampering{"UPDATE link SET number = 9 WHERE chain_no = 0 AND number = 7",
                     "chain #7: and all up to #8 are missing from the chain; chain #9: its link "
                     "does not match its digest; chain #9: " +
                         gone + "; chain #7: is not in the chain"},
           Tampering{"UPDATE link SET number = -1 WHERE chain_no = 0 AND number = 1",
                     "chain #-1: has a number that no entry can have; chain #1: is missing from "
                     "the chain; chain #1: is recorded as pruned, and the chain does not say "
                     "so"},
           Tampering{"UPDATE link SET digest = content_digest WHERE chain_no = 0 AND number = 7",
                     "chain #7: its link does not match its digest"},
           Tampering{"INSERT INTO link VALUES (9, 1, 'capture', NULL, '', '')",
                     "chain table link: has rows of chain number 9, which is not there"},
           Tampering{"INSERT INTO gap VALUES (99, 0, 'owners-not-visible', NULL, NULL, '', 1)",
                     "chain table gap: has rows of #99, which is not there"},
           Tampering{"UPDATE import SET uid = 1", import},
           Tampering{"UPDATE import SET imported_at = '2026-03-06T10:00:00.000Z'", import},
           Tampering{"UPDATE import SET uid = -1",
                     "rows #3: row 0 of table import is damaged: its column uid is out of range; "
                     "chain #3: row 0 of table import is damaged: its column uid is out of range"},
           Tampering{"DELETE FROM import",
                     "rows #3: row 1 of table command_line lacks its salt; "
                     "chain #3: has no record of the import that its link names"},
           Tampering{"INSERT INTO import SELECT 4, chain_no, 1, digest, imported_at, uid, "
                     "user_name, netmon_version FROM import",
                     "rows #4: does not match its digest; chain #4: is recorded as imported, and "
                     "the chain does not say so"},
           Tampering{"UPDATE prune SET keep_labels = 'x'", prune.substr(2)},
           Tampering{"UPDATE tombstone SET label = 'x'", prune.substr(2)},
           Tampering{
               "UPDATE tombstone SET digest = 'x'",
               "chain #1: is not the snapshot that is recorded as pruned under its number" + prune},
           Tampering{"DELETE FROM tombstone", "chain #1: " + gone + prune},
           Tampering{"DELETE FROM prune",
                     "chain #6: pruned snapshots, but the record of that is missing"},
           Tampering{"INSERT INTO tombstone SELECT 2, 6, label, host_name, started_at, '' "
                     "FROM tombstone",
                     "chain #2: is recorded as pruned, but is still there" + prune},
           Tampering{
               delete_snapshot(2) +
                   "INSERT INTO prune SELECT 8, pruned_at, uid, user_name, netmon_version, "
                   "older_than_ms, keep_labels, 1 FROM prune;"
                   "INSERT INTO tombstone SELECT 2, 8, '', '', started_at, "
                   "(SELECT digest FROM link WHERE chain_no = 0 AND number = 2) "
                   "FROM tombstone",
               "chain #8: is recorded as a prune, and the chain does not say so; chain #2: is "
               "recorded as pruned, and the chain does not say so"},
           Tampering{"INSERT INTO tombstone SELECT 9, 6, '', '', started_at, '' FROM tombstone",
                     prune.substr(2) +
                         "; chain #9: is recorded as pruned, and the chain does not say so"},
       }) {
    CAPTURE(tampering.sql);
    CHECK(flaws_after(tampering.sql) == tampering.flaws);
  }
}

TEST_CASE("a chain under another origin is no chain") {
  Evidence evidence;
  const std::string forged(32, 'a');
  evidence.tamper("UPDATE chain SET origin = '" + forged + "' WHERE chain_no = 1");
  std::string expected;
  for (int number = 1; number <= 3; ++number) {
    expected +=
        fmt::format("; chain #{} of chain {}: its link does not match its digest", number, forged);
  }
  CHECK(flaws_of(evidence.verify()) ==
        "chain #3: the record of its import does not match its digest" + expected);
  CHECK(
      Evidence().tamper("UPDATE chain SET origin = '' WHERE chain_no = 0").verify().chain.size() ==
      1 + 1 + 7);
  CHECK(flaws_after("UPDATE chain SET origin = 'x' WHERE chain_no = 1")
            .find("chain the chain of number 1: its origin is damaged") != std::string::npos);
}

TEST_CASE("what was cut off at the end shows in the digest that was kept elsewhere alone") {
  Evidence evidence;
  const std::string newest =
      query(evidence.path(), "SELECT digest FROM link WHERE chain_no = 0 AND number = 7");
  REQUIRE(evidence.verify({.id = {}, .digest = newest}).match.has_value());
  evidence.tamper(delete_snapshot(7) + "DELETE FROM link WHERE chain_no = 0 AND number = 7");
  const Verification verified = evidence.verify({.id = {}, .digest = newest});
  CHECK(flaws_of(verified) == "");
  CHECK(verified.match == std::nullopt);
  CHECK(verified.chains[0].last == 6);
}

// Forges a snapshot as somebody with netmon's source can: its rows match its digest, and it names
// the entry before.
void forge_content(const fs::path& path, int id) {
  tamper(path, delete_snapshot(id));
  const std::string trigger =
      query(path, "SELECT sql FROM sqlite_schema WHERE name = 'snapshot_insert'");
  SQLite::Database database(path.string(), SQLite::OPEN_READWRITE);
  database.exec("DROP TRIGGER snapshot_insert");
  write_snapshot(database, taken("forged"), id, read_link(database, kOwnChain, id - 1)->digest);
  database.exec(trigger);
}

// Computes the link of an entry again, for other content or after another entry.
void forge_link(const fs::path& path, std::int64_t number,
                const std::optional<std::string>& content_digest = {}) {
  SQLite::Database database(path.string(), SQLite::OPEN_READWRITE);
  Link link = *read_link(database, kOwnChain, number);
  link.previous_digest = read_link(database, kOwnChain, number - 1)->digest;
  link.content_digest = content_digest.value_or(link.content_digest);
  link.digest = compute_digest(link, netmon::origin_of(database, kOwnChain));
  tamper(path, fmt::format("UPDATE link SET previous_digest = '{}', content_digest = '{}', "
                           "digest = '{}' WHERE chain_no = 0 AND number = {}",
                           *link.previous_digest, link.content_digest, link.digest, number));
}

TEST_CASE("a forger has to go on to the end of the chain, where the digest kept elsewhere is") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  for (const char* label : {"one", "two", "three"}) store.append(taken(label));
  const std::string newest = store.list().back().info.digest;
  const auto content_of = [&](int id) {
    return query(path, fmt::format("SELECT digest FROM snapshot WHERE id = {}", id));
  };

  forge_content(path, 2);
  CHECK(flaws_of(store.verify({})) == "chain #2: does not match its link in the chain");
  forge_link(path, 2, content_of(2));
  CHECK(flaws_of(store.verify({})) == "chain #3: does not name the digest of the entry before it");
  forge_link(path, 3);
  CHECK(flaws_of(store.verify({})) == "chain #3: does not match its link in the chain");

  forge_content(path, 3);
  forge_link(path, 3, content_of(3));
  const Verification verified = store.verify({.id = {}, .digest = newest});
  CHECK(flaws_of(verified) == "");
  CHECK(verified.match == std::nullopt);
}

}  // namespace
}  // namespace netmon::test
