// Reading without the permission to write, and writing without free disk space.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <span>

#include "fixtures.h"
#include "netmon/store/store.h"
#include "store/sqlite/database.h"

namespace netmon::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNoMount = "no mount";

bool skipped() {
  if (may_act_for_others()) return false;
  MESSAGE("skipped: needs root, and a second user");
  return true;
}

std::string load_first(const fs::path& path) {
  return failure([&] { (void)Store::open_for_reading(path).load(1); });
}

TEST_CASE("a database is read without the right to write to it or to its folder") {
  if (skipped()) return;
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(small_snapshot("pre-change"));
  REQUIRE(::chmod(path.c_str(), 0444) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
  CHECK(in_child([&]() -> std::string {
          if (::setuid(kOtherUser) != 0) return "setuid";
          return load_first(path);
        }) == "");
}

TEST_CASE("history and the past are answered without the right to write, and rightly") {
  if (skipped()) return;
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto writer = Store::open_for_writing(path);
  writer.append(small_snapshot("pre-change"));
  (void)writer.history({.port = 443});  // the stored index now has the first snapshot
  for (int i = 0; i < 2; ++i) writer.append(small_snapshot("post-change"));
  REQUIRE(::chmod(path.c_str(), 0444) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
  const std::string before = read_file(path);
  CHECK(in_child([&]() -> std::string {
          if (::setuid(kOtherUser) != 0) return "setuid";
          const auto store = Store::open_for_reading(path);
          const auto found = store.history({.port = 443});
          if (found.empty()) return "nothing found";
          Change change;
          change.identity = found.front().identity;
          const Past past = store.past_of({change}, store.list().back().info).front();
          (void)store.history({.port = 443});
          return fmt::format("{} of {}, {} of {}", found.front().snapshots, found.front().of,
                             past.snapshots, past.of);
        }) == "3 of 3, 2 of 2");
  CHECK(read_file(path) == before);
}

TEST_CASE("what may not be read or written is said with its cause") {
  if (skipped()) return;
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(small_snapshot("pre-change"));
  const std::string refused = fmt::format("2 {}: Permission denied", path.string());
  const auto as_other = [&](auto work) {
    return in_child([&]() -> std::string {
      if (::setuid(kOtherUser) != 0) return "setuid";
      return work();
    });
  };
  const auto writing = [&] { return failure([&] { Store::open_for_writing(path); }); };
  SUBCASE("a folder that may not be entered") {
    CHECK(as_other([&] { return load_first(path); }) == refused);
    CHECK(as_other(writing) == refused);
  }
  SUBCASE("a file that may not be read") {
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    CHECK(as_other([&] { return load_first(path); }) == refused);
  }
  SUBCASE("a file that may only be read") {
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    REQUIRE(::chmod(path.c_str(), 0444) == 0);
    CHECK(as_other(writing) == refused);
  }
  SUBCASE("a folder in which no journal can be made") {
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    CHECK(as_other([&] {
            return failure(
                [&] { Store::open_for_writing(path).append(small_snapshot("post-change")); });
          }) == fmt::format("2 {}: its folder may not be written to", path.string()));
  }
}

TEST_CASE("a database is read on a read-only file system") {
  if (skipped()) return;
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  const std::string outcome = in_child([&]() -> std::string {
    if (!mount_tmpfs(folder.path(), "mode=700")) return kNoMount;
    Store::open_for_writing(path).append(small_snapshot("pre-change"));
    if (::mount("none", folder.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
      return kNoMount;
    }
    return load_first(path) +
           failure([&] { Store::open_for_writing(path).append(small_snapshot("post-change")); });
  });
  if (outcome == kNoMount) {
    MESSAGE("skipped: no file system can be mounted here");
    return;
  }
  CHECK(outcome == fmt::format("2 {}: Read-only file system", path.string()));
}

TEST_CASE("what a killed writer left is said to who may not undo it") {
  if (skipped()) return;
  const TempFolder folder;
  const auto path = interrupted_database(folder);
  REQUIRE(::chmod(path.c_str(), 0444) == 0);
  REQUIRE(::chmod((path.string() + "-journal").c_str(), 0444) == 0);
  REQUIRE(::chmod(path.parent_path().c_str(), 0755) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  CHECK(in_child([&]() -> std::string {
          if (::setuid(kOtherUser) != 0) return "setuid";
          return failure([&] { Store::open_for_reading(path); });
        }) == fmt::format("2 {0}: must be repaired before it can be read: {0}: Permission denied",
                          path.string()));
}

TEST_CASE("a full disk leaves the database as it was") {
  if (skipped()) return;
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  const std::string outcome = in_child([&]() -> std::string {
    if (!mount_tmpfs(folder.path(), "mode=700,size=1m")) return kNoMount;
    auto store = Store::open_for_writing(path);
    store.append(small_snapshot("pre-change"));
    const std::string before = read_file(path);
    const Snapshot large = large_snapshot(20'000);
    std::string result = failure([&] { store.append(large); });
    result += fmt::format("; listed {}", store.list().size());
    result += read_file(path) == before ? "; as before" : "; changed";
    result += fmt::format("; next #{}", store.append(small_snapshot("post-change")).id.value());
    return result;
  });
  if (outcome == kNoMount) {
    MESSAGE("skipped: no file system can be mounted here");
    return;
  }
  CHECK(outcome == fmt::format("2 {}: disk is full; listed 1; as before; next #2", path.string()));
}

}  // namespace
}  // namespace netmon::test
