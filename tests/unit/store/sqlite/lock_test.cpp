#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "fixtures.h"
#include "netmon/store/store.h"
#include "store/sqlite/database.h"
#include "store/sqlite/lock_holder.h"
#include "store/sqlite/sqlite_error.h"

namespace netmon::test {
namespace {

// A process that holds a lock on a database during the lifetime of this object.
class Holder {
 public:
  Holder(const std::filesystem::path& path, const char* sql) {
    std::array<int, 2> ready{};
    std::array<int, 2> release{};
    REQUIRE(::pipe(ready.data()) == 0);
    REQUIRE(::pipe(release.data()) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(release[1]);
      SQLite::Database database(path.string(), SQLite::OPEN_READWRITE);
      database.exec(sql);
      char byte = 'x';
      const bool told = ::write(ready[1], &byte, 1) == 1;
      ::_exit(told && ::read(release[0], &byte, 1) == 0 ? 0 : 1);
    }
    ::close(release[0]);
    ::close(ready[1]);
    release_ = release[1];
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
  }
  ~Holder() {
    ::close(release_);
    ::waitpid(pid_, nullptr, 0);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int release_ = -1;
};

TEST_CASE("a database that stays locked is refused, and the holder named") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(small_snapshot("pre-change"));
  const char* lock = "";
  const char* wanted = "BEGIN IMMEDIATE";
  SUBCASE("by a writer") { lock = "BEGIN IMMEDIATE"; }
  SUBCASE("by a writer that is about to commit") {
    lock = "BEGIN EXCLUSIVE";
    wanted = "SELECT count(*) FROM snapshot";
  }
  SUBCASE("by a reader") {
    lock = "BEGIN; SELECT count(*) FROM snapshot";
    wanted = "BEGIN EXCLUSIVE";
  }
  auto database = open_database(path, Access::write, migrations());
  database.setBusyTimeout(0);
  const Holder holder(path, lock);
  CHECK(failure([&] { translating_errors(path, database, [&] { database.exec(wanted); }); }) ==
        fmt::format("2 {}: is locked by test_store (pid {}); waited 10 s", path.string(),
                    holder.pid()));
}

TEST_CASE("a database that nobody locks has no holder") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path);
  CHECK(lock_holder(path) == std::nullopt);
  CHECK(lock_holder(folder / "none") == std::nullopt);
}

TEST_CASE("snapshots are readable while another one is being written") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(small_snapshot("pre-change"));
  const Holder holder(path, "BEGIN IMMEDIATE; INSERT INTO gap VALUES (1, 1, '', '', '', '', 0)");
  CHECK(Store::open_for_reading(path).load(1).gaps.size() == 1);
}

}  // namespace
}  // namespace netmon::test
