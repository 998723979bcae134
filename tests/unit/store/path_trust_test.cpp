#include "netmon/posix/path_trust.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixtures.h"
#include "netmon/store/store.h"

namespace netmon::test {
namespace {

namespace fs = std::filesystem;

bool skipped() {
  if (may_act_for_others()) return false;
  MESSAGE("skipped: needs root, and a second user");
  return true;
}

void give_away(const fs::path& path) {
  REQUIRE(::lchown(path.c_str(), kOtherUser, kOtherUser) == 0);
}
void set_mode(const fs::path& path, mode_t mode) { REQUIRE(::chmod(path.c_str(), mode) == 0); }

std::string writing(const fs::path& path) {
  return failure([&] { Store::open_for_writing(path); });
}

std::string refusal(const fs::path& path, const std::string& cause) {
  return fmt::format("2 {}: {}", path.string(), cause);
}

TEST_CASE("a path is resolved, what is missing kept") {
  const TempFolder folder;
  fs::create_directories(folder / "a" / "b");
  fs::create_symlink("a/b", folder / "link");
  fs::create_symlink(folder / "a", folder / "a" / "b" / "up");
  fs::create_symlink("loop", folder / "loop");
  const auto top = fs::canonical(folder.path());
  CHECK(resolve_path(folder / "link" / "x", Trust::anyone) == top / "a" / "b" / "x");
  CHECK(resolve_path(folder / "link" / ".." / "x", Trust::anyone) == top / "a" / "x");
  CHECK(resolve_path(folder / "link" / "up" / "." / "b", Trust::anyone) == top / "a" / "b");
  CHECK(resolve_path(folder / "c" / "d" / "x", Trust::anyone) == top / "c" / "d" / "x");
  CHECK(failure([&] { (void)resolve_path(folder / "c" / ".." / "x", Trust::anyone); }) ==
        refusal(folder / "c" / ".." / "x", "No such file or directory"));
  CHECK(failure([&] { (void)resolve_path(folder / "loop" / "x", Trust::anyone); }) ==
        refusal(folder / "loop" / "x", "Too many levels of symbolic links"));
}

TEST_CASE("root does not write to another user's database, but reads it") {
  if (skipped()) return;
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(small_snapshot("pre-change"));
  give_away(path);
  CHECK(writing(path) ==
        refusal(path, fmt::format("belongs to user {}, so root does not write to it", kOtherUser)));
  CHECK(Store::open_for_reading(path).list().size() == 1);
}

TEST_CASE("root does not write through a folder that others can change") {
  if (skipped()) return;
  const TempFolder folder;
  const auto between = folder / "between";
  const auto path = between / "mine" / "netmon.db";
  fs::create_directories(path.parent_path());
  set_mode(between, 0755);
  REQUIRE(writing(path) == "");
  std::string cause;
  SUBCASE("because it is theirs") {
    give_away(between);
    cause = fmt::format("the folder {} belongs to user {}, so root does not write there",
                        between.string(), kOtherUser);
  }
  SUBCASE("because all may write to it") {
    set_mode(between, 0777);
    cause = fmt::format(
        "the folder {} can be changed by users other than root, so root does not "
        "write there",
        between.string());
  }
  SUBCASE("because its group may write to it") {
    set_mode(between, 0775);
    cause = fmt::format(
        "the folder {} can be changed by users other than root, so root does not "
        "write there",
        between.string());
  }
  SUBCASE("because it is theirs in a folder for all") {
    set_mode(between, 01777);
    CHECK(writing(path) == "");
    give_away(path.parent_path());
    cause = fmt::format("{} belongs to user {}, so root does not write there",
                        path.parent_path().string(), kOtherUser);
  }
  CHECK(writing(path) == refusal(path, cause));
  CHECK(Store::open_for_reading(path).list().empty());
}

TEST_CASE("root does not follow another user's link") {
  if (skipped()) return;
  const TempFolder folder;
  fs::create_directory(folder / "real");
  SUBCASE("to a folder") {
    fs::create_directory_symlink("real", folder / "link");
    CHECK(writing(folder / "link" / "netmon.db") == "");
    give_away(folder / "link");
    CHECK(writing(folder / "link" / "netmon.db") ==
          refusal(folder / "link" / "netmon.db",
                  fmt::format("the symbolic link {} belongs to user {}, so root does not write "
                              "there",
                              (folder / "link").string(), kOtherUser)));
  }
  SUBCASE("in place of the database") {
    fs::create_symlink("real/victim", folder / "netmon.db");
    give_away(folder / "netmon.db");
    CHECK(writing(folder / "netmon.db") ==
          refusal(folder / "netmon.db",
                  fmt::format("the symbolic link {} belongs to user {}, so root does not write "
                              "there",
                              (folder / "netmon.db").string(), kOtherUser)));
    CHECK(!fs::exists(folder / "real" / "victim"));
  }
}

// SQLite rolls back any journal that it finds, so a planted journal would rewrite the database.
TEST_CASE("root does not write beside a journal that another user planted") {
  if (skipped()) return;
  const TempFolder folder;
  const auto path = folder / "shared" / "netmon.db";
  fs::create_directory(path.parent_path());
  set_mode(path.parent_path(), 01777);
  for (const char* suffix : {"-journal", "-wal", "-shm"}) {
    const fs::path planted = path.string() + suffix;
    write_file(planted, "");
    give_away(planted);
    CHECK(writing(path) ==
          refusal(path, fmt::format("{} next to it belongs to user {}, who may have planted it",
                                    planted.string(), kOtherUser)));
    fs::remove(planted);
  }
  CHECK(!fs::exists(path));
  CHECK(writing(path).empty());
}

TEST_CASE("a refused path is left without new folders") {
  if (skipped()) return;
  const TempFolder folder;
  const auto theirs = folder / "theirs";
  fs::create_directory(theirs);
  give_away(theirs);
  CHECK(writing(theirs / "state" / "netmon.db") != "");
  CHECK(fs::is_empty(theirs));
}

TEST_CASE("a user may write through folders and links of others") {
  if (skipped()) return;
  const TempFolder folder;
  set_mode(folder.path(), 0755);
  const auto shared = folder / "shared";
  fs::create_directory(shared);
  set_mode(shared, 0777);
  fs::create_directory_symlink("shared", folder / "link");
  CHECK(in_child([&]() -> std::string {
          if (::setuid(kOtherUser) != 0) return "setuid";
          return writing(folder / "link" / "netmon.db");
        }) == "");
}

}  // namespace
}  // namespace netmon::test
