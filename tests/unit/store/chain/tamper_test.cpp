#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "fixtures.h"
#include "netmon/store/store.h"

namespace netmon::test {
namespace {

// How loading the only snapshot of the database fails, without the database's path.
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

// A column of a snapshot's rows.
struct Column {
  std::string table;
  std::string name;
  std::string value;  // another value, as SQL
  bool may_be_null = false;
  std::string key;  // the primary key's columns

  // Changes one row, in which the column is NULL or not.
  [[nodiscard]] std::string update(const std::string& to, const char* is_null) const {
    return fmt::format("UPDATE {0} SET {1} = {2} WHERE ({3}) = (SELECT {3} FROM {0} WHERE {1} {4})",
                       table, name, to, key, is_null);
  }
};

// All columns of evidence, except the number of the snapshot.
std::vector<Column> evidence_columns(const std::filesystem::path& path) {
  const SQLite::Database database(path.string());
  SQLite::Statement select(
      database,
      "SELECT t.name, c.name, iif(c.type = 'TEXT', quote('x'), '7777777'), NOT c.[notnull], "
      "(SELECT group_concat(name) FROM pragma_table_info(t.name) WHERE pk > 0) "
      "FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c "
      "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'history_%' "
      "AND t.name NOT IN ('executable_digest', 'chain', 'link', 'import', 'prune', 'tombstone', "
      "'document') AND c.cid > 0 ORDER BY t.name, c.cid");
  std::vector<Column> columns;
  while (select.executeStep()) {
    columns.push_back({.table = select.getColumn(0).getString(),
                       .name = select.getColumn(1).getString(),
                       .value = select.getColumn(2).getString(),
                       .may_be_null = select.getColumn(3).getInt() == 1,
                       .key = select.getColumn(4).getString()});
  }
  return columns;
}

// Updates that change this column of full_snapshot(), in which each column has a value somewhere.
// Only `previous_digest` has none, because the first snapshot follows no other.
std::vector<std::string> updates_of(const std::filesystem::path& path, const Column& column) {
  const auto has = [&](const char* is_null) {
    return query(path, fmt::format("SELECT count(*) > 0 FROM {} WHERE {} {}", column.table,
                                   column.name, is_null)) == "1";
  };
  std::vector<std::string> updates;
  CHECK(has("IS NOT NULL") == (column.name != "previous_digest"));
  if (has("IS NOT NULL")) {
    updates.push_back(column.update(column.value, "IS NOT NULL"));
    if (column.may_be_null) updates.push_back(column.update("NULL", "IS NOT NULL"));
  }
  if (has("IS NULL")) updates.push_back(column.update(column.value, "IS NULL"));
  return updates;
}

// The digest covers everything that is stored.
TEST_CASE("a change of any column is found") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(full_snapshot("pre-change"));
  const std::string sound = read_file(path);
  const auto columns = evidence_columns(path);
  CHECK(columns.size() == 163);
  for (const Column& column : columns) {
    CAPTURE(column.table);
    CAPTURE(column.name);
    for (const std::string& update : updates_of(path, column)) {
      CAPTURE(update);
      tamper(path, update);
      CHECK(failure_to_load(folder).starts_with("4 : snapshot #1: "));
      write_file(path, sound);
    }
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
           "UPDATE process SET exe_sha256 = 'b' WHERE process_no = 1",
           "UPDATE process SET script_sha256 = NULL WHERE process_no = 1",
           "UPDATE process SET script_kind = 'module' WHERE process_no = 1",
           "UPDATE process SET groups = '4,27' WHERE process_no = 1",
           "UPDATE process SET capabilities = '0000000000000000' WHERE process_no = 1",
           "UPDATE process SET exe_mapped = 0 WHERE process_no = 1",
           "UPDATE foreign_code SET path = '/tmp/y.so' WHERE code_no = 1",
           "UPDATE foreign_code SET sha256 = NULL",
           "DELETE FROM foreign_code WHERE code_no = 1",
           "UPDATE loader_variable SET value = ''",
           "DELETE FROM loader_variable",
           "UPDATE socket SET port_choice = 'kernel' WHERE socket_no = 1",
           "UPDATE sighting SET samples = 1 WHERE socket_no = 3",
           "UPDATE snapshot SET samples = 10",
           "UPDATE snapshot SET every_ms = NULL, samples = NULL; DELETE FROM sighting",
           "UPDATE hidden_socket SET process_no = NULL",
           "DELETE FROM hidden_socket",
           "DELETE FROM command_line",
           "UPDATE command_line SET process_no = 2",
           // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one statement on two lines
           "UPDATE command_line SET salt = '', sha256 = "
           "'2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', text = 'x'",
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
           Damage{"UPDATE snapshot SET sudo_user_name = NULL",
                  "row 0 of table snapshot is damaged: its column sudo_user_name is NULL"},
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
                  "holds a process without its parent"},
           Damage{"UPDATE socket SET state = 'LISTEN'",
                  "row 0 of table socket is damaged: its column state cannot be read"},
           Damage{"UPDATE socket SET local_address = '10.0.0.256' WHERE socket_no = 2",
                  "row 2 of table socket is damaged: its column local_address cannot be read"},
           Damage{"UPDATE socket SET local_port = 65536 WHERE socket_no = 2",
                  "row 2 of table socket is damaged: its column local_port is out of range"},
           Damage{"UPDATE socket SET netns_no = 1 WHERE socket_no = 3",
                  "holds a socket without its namespace"},
           Damage{"UPDATE socket SET process_no = 3 WHERE socket_no = 2",
                  "holds an owner without its process"},
           Damage{"UPDATE socket SET fd = NULL WHERE socket_no = 2",
                  "row 2 of table socket is damaged: its column fd is NULL"},
           Damage{"UPDATE socket SET fd = 7 WHERE socket_no = 3",
                  "row 3 of table socket is damaged: its column fd has a value, and what goes with "
                  "it has none"},
           Damage{"DELETE FROM socket WHERE socket_no = 1",
                  "row 1 of table socket is out of order"},
           Damage{"UPDATE other_owner SET socket_no = 3",
                  "row 0 of table other_owner is out of order"},
           Damage{"UPDATE other_owner SET socket_no = 4",
                  "row 0 of table other_owner refers to a row that is not there"},
           Damage{"UPDATE other_owner SET process_no = 3", "holds an owner without its process"},
           Damage{"UPDATE gap SET code = 'none'",
                  "row 0 of table gap is damaged: its column code cannot be read"},
           Damage{"UPDATE gap SET protocol = 'dccp'",
                  "row 0 of table gap is damaged: its column protocol cannot be read"},
           Damage{"UPDATE process SET groups = '4,,27' WHERE process_no = 1",
                  "row 1 of table process is damaged: its column groups cannot be read"},
           Damage{"UPDATE process SET groups = '4,' WHERE process_no = 1",
                  "row 1 of table process is damaged: its column groups cannot be read"},
           Damage{"UPDATE process SET capabilities = '10000000000000000' WHERE process_no = 1",
                  "row 1 of table process is damaged: its column capabilities cannot be read"},
           Damage{"UPDATE process SET own_user_namespace = NULL WHERE process_no = 1",
                  "row 1 of table process is damaged: its column own_user_namespace is NULL"},
           Damage{"UPDATE process SET script_kind = NULL WHERE process_no = 1",
                  "row 1 of table process is damaged: its column script has a value, and what goes "
                  "with it has none"},
           Damage{"UPDATE process SET exe_mapped = NULL, anonymous_code = NULL",
                  "row 0 of table foreign_code is of a process whose code was not read"},
           Damage{"UPDATE foreign_code SET process_no = 3",
                  "row 0 of table foreign_code refers to a row that is not there"},
           Damage{"DELETE FROM foreign_code WHERE code_no = 0",
                  "row 0 of table foreign_code is out of order"},
           Damage{"UPDATE loader_variable SET process_no = 0",
                  "row 0 of table loader_variable is of a process whose code was not read"},
           Damage{"UPDATE loader_variable SET variable_no = 1",
                  "row 0 of table loader_variable is out of order"},
           Damage{"UPDATE socket SET port_choice = '' WHERE socket_no = 1",
                  "row 1 of table socket is damaged: its column port_choice cannot be read"},
           Damage{"UPDATE snapshot SET samples = -1",
                  "row 0 of table snapshot is damaged: its column samples is out of range"},
           Damage{"UPDATE snapshot SET every_ms = NULL, samples = NULL",
                  "holds a span without its sightings, or sightings without their span"},
           Damage{"DELETE FROM sighting WHERE socket_no = 1",
                  "row 1 of table sighting is out of order"},
           Damage{"DELETE FROM sighting WHERE socket_no = 3",
                  "holds a span without its sightings, or sightings without their span"},
           Damage{"UPDATE sighting SET last_seen = 'now' WHERE socket_no = 2",
                  "row 2 of table sighting is damaged: its column last_seen cannot be read"},
           Damage{"UPDATE hidden_socket SET netns_no = 1",
                  "holds a hidden socket without its namespace"},
           Damage{"UPDATE hidden_socket SET process_no = 3",
                  "holds a hidden socket without its process"},
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
           Damage{"UPDATE link SET digest = content_digest", "its link does not match its digest"},
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
          "4 " + path.string() +
              ": snapshot #2 is not in the chain: the end of the chain is missing");
    CHECK(read_file(path) == content);
  }
}

TEST_CASE("a missing table is damage") {
  for (const std::string table : {"gap", "foreign_code", "hidden_socket", "command_line", "link"}) {
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
                              "SELECT n AS snapshot_id, n AS gap_no, '' AS code, '' AS scope, '' "
                              "AS protocol, '' AS reason, n AS count FROM r",
                              kind, name));
  };
  const auto store = Store::open_for_reading(path);
  SUBCASE("but refused") {
    replace_by_view("TABLE", "gap");
    CHECK(
        failure([&] { (void)store.load(1); }).starts_with("4 " + path.string() + ": is damaged: "));
  }
  SUBCASE("nor is one of netmon's own") {
    replace_by_view("VIEW", "v_history");
    CHECK(store.history({.port = 443}).size() == 1);
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
  tamper(path, "UPDATE snapshot SET samples = -1");
  CHECK(failure([&] { (void)Store::open_for_reading(path).list(); }) ==
        fmt::format("4 {}: row 0 of table snapshot is damaged: its column samples is out of range",
                    path.string()));
}

}  // namespace
}  // namespace netmon::test
