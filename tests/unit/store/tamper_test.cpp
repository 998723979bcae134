#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fixtures.h"
#include "netmon/store.h"

namespace netmon::test {
namespace {

constexpr const char* kDropTriggers =
    "DROP TRIGGER snapshot_insert; DROP TRIGGER snapshot_update; DROP TRIGGER snapshot_delete;"
    "DROP TRIGGER netns_update; DROP TRIGGER netns_delete;"
    "DROP TRIGGER netns_container_update; DROP TRIGGER netns_container_delete;"
    "DROP TRIGGER netns_device_update; DROP TRIGGER netns_device_delete;"
    "DROP TRIGGER process_update; DROP TRIGGER process_delete;"
    "DROP TRIGGER socket_update; DROP TRIGGER socket_delete;"
    "DROP TRIGGER other_owner_update; DROP TRIGGER other_owner_delete;"
    "DROP TRIGGER gap_update; DROP TRIGGER gap_delete;"
    "DROP TRIGGER process_executable_update; DROP TRIGGER process_executable_delete;"
    "DROP TRIGGER port_choice_update; DROP TRIGGER port_choice_delete;"
    "DROP TRIGGER span_update; DROP TRIGGER span_delete;"
    "DROP TRIGGER sighting_update; DROP TRIGGER sighting_delete;"
    "DROP TRIGGER hidden_socket_update; DROP TRIGGER hidden_socket_delete;"
    "PRAGMA foreign_keys = OFF;";

// Each column of the evidence but the number of the snapshot, and the one behind that: the number
// of the row.
constexpr const char* kColumns =
    " FROM pragma_table_list t JOIN pragma_table_info(t.name) c JOIN pragma_table_info(t.name) k "
    "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'history_%' "
    "AND t.name <> 'executable_digest' AND c.cid > 0 AND k.cid = 1";

std::string failure_after(const std::string& sql) {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(full_snapshot("pre-change"));
  execute(path, kDropTriggers + sql);
  std::string text = failure([&] { (void)Store::open_for_reading(path).load(1); });
  const auto subject = text.find(path.string());
  if (subject != std::string::npos) text.erase(subject, path.string().size());
  return text;
}

// The digest covers all that is stored.
TEST_CASE("a change of any column is found") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(full_snapshot("pre-change"));
  const int columns = std::stoi(query(path, std::string("SELECT count(*)") + kColumns));
  CHECK(columns == 105);
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
           Damage{"UPDATE hidden_socket SET seen_in = 'x'",
                  "row 0 of table hidden_socket is damaged: its column seen_in cannot be read"},
       }) {
    CAPTURE(damage.sql);
    CHECK(failure_after(damage.sql) == fmt::format("4 : snapshot #1: {}", damage.cause));
  }
}

TEST_CASE("a missing table is damage") {
  for (const std::string table : {"gap", "port_choice", "hidden_socket"}) {
    CHECK(failure_after("DROP TABLE " + table) == "4 : is damaged: no such table: " + table);
  }
}

TEST_CASE("a damaged row is found by list, too") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(full_snapshot("pre-change"));
  execute(path, std::string(kDropTriggers) + "UPDATE snapshot SET finished_at = ''");
  CHECK(failure([&] { (void)Store::open_for_reading(path).list(); }) ==
        fmt::format("4 {}: row 0 of table snapshot is damaged: its column finished_at cannot be "
                    "read",
                    path.string()));
}

TEST_CASE("a damaged span is found by list, too") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(full_snapshot("pre-change"));
  execute(path, std::string(kDropTriggers) + "UPDATE span SET samples = -1");
  CHECK(failure([&] { (void)Store::open_for_reading(path).list(); }) ==
        fmt::format("4 {}: a row of table span is damaged", path.string()));
}

}  // namespace
}  // namespace netmon::test
