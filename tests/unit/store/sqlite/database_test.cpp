#include "store/sqlite/database.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <array>

#include "fixtures.h"
#include "netmon/store/store.h"

namespace netmon::test {
namespace {

namespace fs = std::filesystem;

std::string reading(const fs::path& path) {
  return failure([&] { Store::open_for_reading(path); });
}

std::string writing(const fs::path& path) {
  return failure([&] { Store::open_for_writing(path); });
}

std::string refusal(const fs::path& path, const std::string& cause) {
  return fmt::format("2 {}: {}", path.string(), cause);
}

fs::path make_database(const TempFolder& folder) {
  auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(small_snapshot("pre-change"));
  return path;
}

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

TEST_CASE("a database is recognised by any SQLite tool") {
  const TempFolder folder;
  const auto path = make_database(folder);
  CHECK(query(path, "PRAGMA application_id") == std::to_string(0x6e6d6f6e));
  CHECK(query(path, "PRAGMA user_version") == std::to_string(migrations().size()));
  CHECK(query(path, "PRAGMA journal_mode") == "delete");
  CHECK(query(path,
              "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND strict = 0 "
              "AND name NOT LIKE 'sqlite_%'") == "0");
  CHECK(query(path, "SELECT count(*) FROM pragma_foreign_key_check") == "0");
}

TEST_CASE("an open database is set up for evidence") {
  const TempFolder folder;
  const auto path = make_database(folder);
  auto writer = open_database(path, Access::write, migrations());
  auto reader = open_database(path, Access::read, migrations());
  CHECK(writer.execAndGet("PRAGMA foreign_keys").getInt() == 0);
  CHECK(writer.execAndGet("PRAGMA synchronous").getInt() == 2);
  for (SQLite::Database* database : {&writer, &reader}) {
    CHECK(database->execAndGet("PRAGMA trusted_schema").getInt() == 0);
    CHECK(database->execAndGet("PRAGMA cell_size_check").getInt() == 1);
    CHECK(database->execAndGet("PRAGMA busy_timeout").getInt() == 10'000);
    int has_stable_plans = 0;
    sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_ENABLE_QPSG, -1, &has_stable_plans);
    CHECK(has_stable_plans == 1);
  }
  CHECK_THROWS(reader.exec("CREATE TABLE x (y)"));
}

TEST_CASE("the file is 0600 and its folders are 0700 whatever the umask") {
  for (const mode_t mask : {0000U, 0077U, 0777U}) {
    CAPTURE(mask);
    const TempFolder folder;
    const auto path = folder / "state" / "netmon" / "netmon.db";
    const mode_t before = ::umask(mask);
    const std::string failed = writing(path);
    ::umask(before);
    CHECK(failed == "");
    CHECK(mode_of(path) == 0600);
    CHECK(mode_of(path.parent_path()) == 0700);
    CHECK(mode_of(folder / "state") == 0700);
  }
}

TEST_CASE("reading creates nothing") {
  const TempFolder folder;
  const auto path = folder / "none" / "netmon.db";
  CHECK(reading(path) == refusal(path, "no such database"));
  CHECK(!fs::exists(path.parent_path()));

  const auto database = make_database(folder);
  const auto store = Store::open_for_reading(database);
  (void)store.load(1);
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("what is no database is said to be none, and is not changed") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  const std::string garbage(8192, '\xa5');
  for (const std::string& content :
       {std::string("not a database\n"), garbage, std::string(8192, '\0'), std::string("x")}) {
    write_file(path, content);
    CHECK(reading(path) == refusal(path, "is not a netmon database"));
    CHECK(writing(path) == refusal(path, "is not a netmon database"));
    CHECK(read_file(path) == content);
  }
}

TEST_CASE("another program's database is not a netmon database, and is not changed") {
  const TempFolder folder;
  const auto path = folder / "other.db";
  write_file(path, "");
  execute(path, "CREATE TABLE snapshot (id)");
  SUBCASE("without an application id") {}
  SUBCASE("with another one") {
    execute(path, "PRAGMA application_id = 7; PRAGMA user_version = 1");
  }
  SUBCASE("with ours and no version") { execute(path, "PRAGMA application_id = 0x6e6d6f6e"); }
  const std::string content = read_file(path);
  CHECK(reading(path) == refusal(path, "is not a netmon database"));
  CHECK(writing(path) == refusal(path, "is not a netmon database"));
  CHECK(read_file(path) == content);
}

TEST_CASE("an empty file is no database to read, but may become one") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  write_file(path, "");
  CHECK(reading(path) == refusal(path, "is not a netmon database"));
  CHECK(Store::open_for_writing(path).append(small_snapshot("pre-change")).id == 1);
}

TEST_CASE("what is no file is refused") {
  const TempFolder folder;
  CHECK(reading(folder.path()) == refusal(folder.path(), "is a directory"));
  CHECK(writing(folder.path()) == refusal(folder.path(), "is a directory"));
  const auto fifo = folder / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(reading(fifo) == refusal(fifo, "is not a regular file"));
  CHECK(writing(fifo) == refusal(fifo, "is not a regular file"));
  const auto below = make_database(folder) / "netmon.db";
  CHECK(reading(below) == refusal(below, "no such database"));
  CHECK(writing(below) == refusal(below, "Not a directory"));
}

TEST_CASE("a file that SQLite cannot read is damaged, which is no verdict on the evidence") {
  const TempFolder folder;
  const auto path = make_database(folder);
  const auto load = [&] { (void)Store::open_for_reading(path).load(1); };
  const std::string content = read_file(path);
  SUBCASE("cut") { write_file(path, content.substr(0, content.size() / 2)); }
  SUBCASE("overwritten from the second page on") {
    write_file(path, content.substr(0, 4096) + std::string(content.size() - 4096, '\xa5'));
  }
  CHECK(failure(load).starts_with(fmt::format("2 {}: is damaged: ", path.string())));
}

TEST_CASE("no change of a byte makes loading crash") {
  const TempFolder folder;
  const auto path = make_database(folder);
  const std::string content = read_file(path);
  const Snapshot original = Store::open_for_reading(path).load(1);
  for (std::size_t at = 0; at < content.size(); at += 149) {
    std::string changed = content;
    changed[at] = static_cast<char>(changed[at] ^ 0xff);
    write_file(path, changed);
    CAPTURE(at);
    std::optional<Snapshot> loaded;
    (void)failure([&] { loaded = Store::open_for_reading(path).load(1); });
    CHECK((!loaded || *loaded == original));
  }
}

constexpr std::array kSteps{
    Migration{"0001_one.sql", "CREATE TABLE one (x INTEGER) STRICT; INSERT INTO one VALUES (1)"},
    Migration{"0002_two.sql", "CREATE TABLE two (x INTEGER) STRICT; INSERT INTO two VALUES (2)"}};

TEST_CASE("an old database is migrated when it is opened for writing, its content kept") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  open_database(path, Access::write, std::span(kSteps).first(1));
  open_database(path, Access::read, kSteps);
  CHECK(query(path, "PRAGMA user_version") == "1");
  open_database(path, Access::write, kSteps);
  CHECK(query(path, "PRAGMA user_version") == "2");
  CHECK(query(path, "SELECT one.x + two.x FROM one, two") == "3");
}

TEST_CASE("a migration that fails leaves the version before it") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  constexpr std::array kBroken{kSteps[0], Migration{"0002.sql", "CREATE TABLE two (x); BROKEN"}};
  CHECK(failure([&] { open_database(path, Access::write, kBroken); }) != "");
  CHECK(query(path, "PRAGMA user_version") == "1");
  CHECK(query(path, "SELECT count(*) FROM sqlite_schema WHERE name = 'two'") == "0");
}

TEST_CASE("a newer database is refused and not touched") {
  const TempFolder folder;
  const auto path = make_database(folder);
  execute(path, "PRAGMA user_version = 7");
  const std::string refused =
      refusal(path, fmt::format("was made by a newer netmon (schema 7; this netmon knows {})",
                                migrations().size()));
  std::string not_read = refused;
  SUBCASE("with a rollback journal") {}
  SUBCASE("with a write-ahead log") {
    execute(path, "PRAGMA journal_mode = WAL");
    not_read = refusal(path, "another program turned on its write-ahead log");
  }
  const std::string content = read_file(path);
  CHECK(reading(path).starts_with(not_read));
  CHECK(writing(path) == refused);
  CHECK(read_file(path) == content);
}

TEST_CASE("what a killed writer left is undone by the next one to open the database") {
  const TempFolder folder;
  const auto path = interrupted_database(folder);
  SUBCASE("for reading") { CHECK(Store::open_for_reading(path).load(1).gaps.size() == 1); }
  SUBCASE("for writing") { CHECK(Store::open_for_writing(path).load(1).gaps.size() == 1); }
  CHECK(!fs::exists(path.string() + "-journal"));
}

TEST_CASE("a link leads to the database") {
  const TempFolder folder;
  const auto path = make_database(folder);
  fs::create_symlink("netmon.db", folder / "link.db");
  fs::create_directory(folder / "sub");
  fs::create_symlink("../sub", folder / "sub" / "again");
  const auto around = folder / "sub" / "again" / ".." / "link.db";
  CHECK(Store::open_for_reading(around).list().size() == 1);
  CHECK(Store::open_for_writing(around).append(small_snapshot("x")).id == 2);
}

TEST_CASE("a name that looks like a URI is a name") {
  const TempFolder folder;
  const auto before = fs::current_path();
  fs::current_path(folder.path());
  const std::string failed = writing("file:x?mode=memory");
  fs::current_path(before);
  CHECK(failed == "");
  CHECK(fs::exists(folder / "file:x?mode=memory"));
}

}  // namespace
}  // namespace netmon::test
