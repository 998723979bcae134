#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fixtures.h"
#include "netmon/store.h"

namespace netmon::test {
namespace {

// Each column of a snapshot's rows but the number of the snapshot, and the one behind that: the
// number of the row.
constexpr const char* kColumns =
    " FROM pragma_table_list t JOIN pragma_table_info(t.name) c JOIN pragma_table_info(t.name) k "
    "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'history_%' "
    "AND t.name NOT IN ('executable_digest', 'chain', 'link', 'import', 'prune', 'tombstone', "
    "'document') AND c.cid > 0 AND k.cid = 1";

// Of the only snapshot of the database, without the database's path.
std::string failure_to_load(const TempFolder& folder) {
  const std::string path = (folder / "netmon.db").string();
  std::string text = failure([&] { (void)Store::open_for_reading(path).load(1); });
  if (const auto at = text.find(path); at != std::string::npos) text.erase(at, path.size());
  return text;
}

std::string failure_after(const std::string& sql) {
  const TempFolder folder;
  Store::open_for_writing(folder / "netmon.db").append(full_snapshot("pre-change"));
  tamper(folder / "netmon.db", sql);
  return failure_to_load(folder);
}

// The digest covers all that is stored.
TEST_CASE("a change of any column is found") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(full_snapshot("pre-change"));
  const int columns = std::stoi(query(path, std::string("SELECT count(*)") + kColumns));
  CHECK(columns == 109);
  for (int i = 0; i < columns; ++i) {
    const std::string update =
        query(path, fmt::format("SELECT format('UPDATE %s SET %s = %s WHERE %s', t.name, c.name,"
                                " iif(c.type = 'TEXT', '''x''', '7777777'),"
                                " iif(t.name = 'snapshot', '1',"
                                " format('%s = (SELECT min(%s) FROM %s)', k.name, k.name, t.name)))"
                                "{} ORDER BY t.name, c.cid LIMIT 1 OFFSET {}",
                                kColumns, i));
    CAPTURE(update);
    CHECK(failure_after(update).starts_with("4 : snapshot #1: "));
  }
}

TEST_CASE("a changed row does not match the digest") {
  const std::string mismatch = "4 : snapshot #1: does not match its digest";
  for (const char* sql : {
           "UPDATE snapshot SET label = 'post-change'",
           "UPDATE snapshot SET ticket = 'CHG-1'",
           "UPDATE snapshot SET started_at = '2026-03-02T19:45:00.124Z'",
           "UPDATE snapshot SET sockets = 3",
           "UPDATE snapshot SET previous_digest = 'sha256:0'",
           "UPDATE snapshot SET digest = 'sha256:0'",
           "UPDATE netns SET inode = 1",
           "UPDATE netns_container SET container = 'c2'",
           "UPDATE netns_device SET name = 'eth1'",
           "UPDATE process SET name = 'python3' WHERE process_no = 1",
           "UPDATE process SET parent_no = NULL WHERE process_no = 1",
           "UPDATE socket SET local_address = '127.0.0.1' WHERE socket_no = 0",
           "UPDATE socket SET cookie = cookie + 1 WHERE socket_no = 3",
           "UPDATE socket SET process_no = 2 WHERE socket_no = 0",
           "UPDATE other_owner SET fd = 7",
           "UPDATE gap SET reason = ''",
           "DELETE FROM socket WHERE socket_no = 3; DELETE FROM sighting WHERE socket_no = 3",
           "DELETE FROM netns_container",
           "DELETE FROM netns_device",
           "DELETE FROM other_owner",
           "DELETE FROM gap",
           "INSERT INTO gap VALUES (1, 1, 'owners-not-visible', NULL, NULL, '', 1)",
           "UPDATE process_executable SET sha256 = 'b'",
           "UPDATE process_executable SET process_no = 2",
           "DELETE FROM process_executable",
           "UPDATE port_choice SET chosen = 0",
           "DELETE FROM port_choice",
           "UPDATE span SET samples = 10",
           "DELETE FROM span; DELETE FROM sighting",
           "UPDATE sighting SET samples = 1 WHERE socket_no = 3",
           "UPDATE hidden_socket SET process_no = NULL",
           "DELETE FROM hidden_socket",
           "DELETE FROM command_line",
           "UPDATE command_line SET process_no = 2",
           "UPDATE command_line SET salt = '', sha256 = "
           "'2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', text = 'x'",
           "PRAGMA user_version = 1",
       }) {
    CAPTURE(sql);
    CHECK(failure_after(sql) == mismatch);
  }
}

TEST_CASE("a row that netmon cannot have written is named") {
  struct Damage {
    const char* sql;
    const char* cause;
  };
  for (const Damage& damage : {
           Damage{"UPDATE snapshot SET privilege = 'king'",
                  "row 0 of table snapshot is damaged: its column privilege cannot be read"},
           Damage{"UPDATE snapshot SET started_at = 'yesterday'",
                  "row 0 of table snapshot is damaged: its column started_at cannot be read"},
           Damage{"UPDATE snapshot SET uid = -1",
                  "row 0 of table snapshot is damaged: its column uid is out of range"},
           Damage{"UPDATE snapshot SET sudo_uid = 1000",
                  "row 0 of table snapshot is damaged: its column sudo_user_name lacks its other "
                  "half"},
           Damage{"UPDATE netns SET scope = 'mars'",
                  "row 0 of table netns is damaged: its column scope cannot be read"},
           Damage{"UPDATE netns SET netns_no = 1", "row 0 of table netns is out of order"},
           Damage{"UPDATE netns_container SET netns_no = 9",
                  "row 0 of table netns_container refers to a row that is not there"},
           Damage{"UPDATE netns_device SET device_index = 4294967296",
                  "row 0 of table netns_device is damaged: its column device_index is out of "
                  "range"},
           Damage{"UPDATE process SET exe_deleted = 2",
                  "row 0 of table process is damaged: its column exe_deleted is neither 0 nor 1"},
           Damage{"UPDATE process SET parent_no = 3 WHERE process_no = 0",
                  "the parent of process 0 is not there"},
           Damage{"UPDATE socket SET state = 'LISTEN'",
                  "row 0 of table socket is damaged: its column state cannot be read"},
           Damage{"UPDATE socket SET local_address = '10.0.0.256' WHERE socket_no = 2",
                  "row 2 of table socket is damaged: its column local_address cannot be read"},
           Damage{"UPDATE socket SET local_port = 65536 WHERE socket_no = 2",
                  "row 2 of table socket is damaged: its column local_port is out of range"},
           Damage{"UPDATE socket SET netns_no = 1 WHERE socket_no = 3",
                  "row 3 of table socket refers to a row that is not there"},
           Damage{"UPDATE socket SET process_no = 3 WHERE socket_no = 2",
                  "row 2 of table socket refers to a row that is not there"},
           Damage{"UPDATE socket SET fd = NULL WHERE socket_no = 2",
                  "row 2 of table socket names half an owner"},
           Damage{"DELETE FROM socket WHERE socket_no = 1",
                  "row 1 of table socket is out of order"},
           Damage{"UPDATE other_owner SET socket_no = 3",
                  "row 0 of table other_owner is out of order"},
           Damage{"UPDATE other_owner SET socket_no = 4",
                  "row 0 of table other_owner refers to a row that is not there"},
           Damage{"UPDATE other_owner SET process_no = 3",
                  "row 0 of table other_owner refers to a row that is not there"},
           Damage{"UPDATE gap SET code = 'none'",
                  "row 0 of table gap is damaged: its column code cannot be read"},
           Damage{"UPDATE gap SET protocol = 'dccp'",
                  "row 0 of table gap is damaged: its column protocol cannot be read"},
           Damage{"UPDATE process_executable SET process_no = 3",
                  "row 0 of table process_executable refers to a row that is not there"},
           Damage{"UPDATE port_choice SET socket_no = 4",
                  "row 0 of table port_choice refers to a row that is not there"},
           Damage{"UPDATE port_choice SET chosen = 2",
                  "row 0 of table port_choice is damaged: its column chosen is neither 0 nor 1"},
           Damage{"UPDATE span SET samples = -1",
                  "row 0 of table span is damaged: its column samples is out of range"},
           Damage{"DELETE FROM span",
                  "a socket's row of table sighting is missing, or is of no "
                  "span"},
           Damage{"DELETE FROM sighting WHERE socket_no = 3",
                  "a socket's row of table sighting is missing, or is of no span"},
           Damage{"DELETE FROM sighting WHERE socket_no = 1",
                  "row 1 of table sighting is out of order"},
           Damage{"UPDATE sighting SET last_seen = 'now' WHERE socket_no = 2",
                  "row 2 of table sighting is damaged: its column last_seen cannot be read"},
           Damage{"UPDATE hidden_socket SET netns_no = 1",
                  "row 0 of table hidden_socket refers to a row that is not there"},
           Damage{"UPDATE hidden_socket SET process_no = 3",
                  "row 0 of table hidden_socket refers to a row that is not there"},
           Damage{"UPDATE hidden_socket SET hidden_no = 1",
                  "row 0 of table hidden_socket is out of order"},
           Damage{"UPDATE command_line SET text = 'nginx'",
                  "row 0 of table command_line does not match its digest"},
           Damage{"UPDATE command_line SET salt = '0'",
                  "row 0 of table command_line does not match its digest"},
           Damage{"UPDATE command_line SET sha256 = '0'",
                  "row 0 of table command_line does not match its digest"},
           Damage{"UPDATE command_line SET salt = NULL",
                  "row 0 of table command_line lacks its salt"},
           Damage{"UPDATE command_line SET process_no = 3",
                  "row 0 of table command_line refers to a row that is not there"},
           Damage{"UPDATE process SET cmdline = 'nginx' WHERE process_no = 1",
                  "row 0 of table command_line is not the only command line of its process"},
           Damage{"UPDATE hidden_socket SET seen_in = 'x'",
                  "row 0 of table hidden_socket is damaged: its column seen_in cannot be read"},
       }) {
    CAPTURE(damage.sql);
    CHECK(failure_after(damage.sql) == fmt::format("4 : snapshot #1: {}", damage.cause));
  }
}

TEST_CASE("a snapshot is held against its link") {
  struct Damage {
    const char* sql;
    const char* cause;
  };
  for (const Damage& damage : {
           Damage{"DELETE FROM link", "is not in the chain"},
           Damage{"UPDATE link SET number = 2", "is not in the chain"},
           Damage{"UPDATE link SET digest = 'sha256:0'", "its link does not match its digest"},
           Damage{"UPDATE link SET previous_digest = 'sha256:0'",
                  "its link does not match its digest"},
           Damage{"UPDATE link SET content_digest = 'sha256:0'",
                  "its link does not match its digest"},
           Damage{"UPDATE link SET kind = 'import'", "its link does not match its digest"},
           Damage{"UPDATE link SET kind = 'x'", "its link is damaged: no such kind"},
           Damage{"UPDATE chain SET origin = '0'", "its link does not match its digest"},
           Damage{"DELETE FROM chain", "its link does not match its digest"},
           Damage{"UPDATE link SET digest = 'x', content_digest = 'x'",
                  "is not what its link in the chain says"},
           Damage{"UPDATE link SET digest = content_digest, previous_digest = 'x'",
                  "is not what its link in the chain says"},
       }) {
    CAPTURE(damage.sql);
    CHECK(failure_after(damage.sql) == fmt::format("4 : snapshot #1: {}", damage.cause));
  }
}

TEST_CASE("a chain whose end is missing gets no further entry") {
  for (const char* cut : {"DELETE FROM link WHERE number = 2", "DELETE FROM link"}) {
    CAPTURE(cut);
    const TempFolder folder;
    const auto path = folder / "netmon.db";
    auto store = Store::open_for_writing(path);
    for (const char* label : {"pre-change", "post-change"}) store.append(full_snapshot(label));
    tamper(path, cut);
    const std::string content = read_file(path);
    CHECK(failure([&] { store.append(full_snapshot("later")); }) ==
          "4 " + path.string() + ": snapshot #2 is not in the chain, whose end is missing");
    CHECK(read_file(path) == content);
  }
}

TEST_CASE("a missing table is damage") {
  for (const std::string table : {"gap", "port_choice", "hidden_socket", "command_line", "link"}) {
    const TempFolder folder;
    Store::open_for_writing(folder / "netmon.db").append(full_snapshot("pre-change"));
    execute(folder / "netmon.db", "DROP TABLE " + table);
    CHECK(failure_to_load(folder) == "4 : is damaged: no such table: " + table);
  }
}

TEST_CASE("a view in the place of a table is not run") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(full_snapshot("pre-change"));
  const auto replace_by_view = [&](const std::string& kind, const std::string& name) {
    execute(path, fmt::format("DROP {0} {1}; CREATE VIEW {1} AS WITH RECURSIVE r (n) AS "
                              "(SELECT 1 UNION ALL SELECT 1 FROM r) "
                              "SELECT n AS snapshot_id, n AS every_ms, n AS samples FROM r",
                              kind, name));
  };
  const auto store = Store::open_for_reading(path);
  const std::string subject = "4 " + path.string() + ": ";
  SUBCASE("but refused") {
    replace_by_view("TABLE", "span");
    CHECK(failure([&] { (void)store.load(1); }).starts_with(subject + "is damaged: "));
    CHECK(failure([&] { (void)store.list(); }).starts_with(subject + "is damaged: "));
  }
  SUBCASE("nor one in the place of netmon's own") {
    replace_by_view("VIEW", "v_history");
    CHECK(failure([&] { (void)store.history({}); }) == subject + "has views that are not netmon's");
  }
}

TEST_CASE("a damaged row is found by list, too") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(full_snapshot("pre-change"));
  tamper(path, "UPDATE snapshot SET finished_at = ''");
  CHECK(failure([&] { (void)Store::open_for_reading(path).list(); }) ==
        fmt::format("4 {}: row 0 of table snapshot is damaged: its column finished_at cannot be "
                    "read",
                    path.string()));
}

TEST_CASE("a damaged span is found by list, too") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(full_snapshot("pre-change"));
  tamper(path, "UPDATE span SET samples = -1");
  CHECK(failure([&] { (void)Store::open_for_reading(path).list(); }) ==
        fmt::format("4 {}: a row of table span is damaged", path.string()));
}

}  // namespace
}  // namespace netmon::test
