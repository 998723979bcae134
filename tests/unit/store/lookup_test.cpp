#include <doctest/doctest.h>

#include <stdexcept>

#include "fixtures.h"
#include "netmon/store.h"

namespace netmon::test {
namespace {

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

Snapshot taken(const std::string& label, std::string_view started_at) {
  Snapshot snapshot;
  snapshot.info.label = label;
  snapshot.info.started_at = at(started_at);
  return snapshot;
}

TEST_CASE("a revision names a stored snapshot") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  store.append(taken("pre-change", "2026-03-01T10:00"));
  store.append(taken("pre-change", "2026-03-02T10:00"));
  store.append(taken("post-change", "2026-03-03T10:00"));

  SUBCASE("a label is the newest with it, an ancestor one before") {
    CHECK(store.resolve(LabelRevision{"pre-change", 0}) == 2);
    CHECK(store.resolve(LabelRevision{"pre-change", 1}) == 1);
    CHECK(store.resolve(LabelRevision{"post-change", 0}) == 3);
  }
  SUBCASE("a number is itself") { CHECK(store.resolve(NumberRevision{2}) == 2); }
  SUBCASE("a time is the newest at or before it") {
    CHECK(store.resolve(TimeRevision{at("2026-03-02T10:00")}) == 2);
    CHECK(store.resolve(TimeRevision{at("2026-03-02T09:59:59.999")}) == 1);
    CHECK(store.resolve(TimeRevision{at("2030-01-01")}) == 3);
  }
  SUBCASE("newest is by number where the clock went backwards") {
    store.append(taken("late", "2026-03-01T12:00"));
    CHECK(store.resolve(TimeRevision{at("2030-01-01")}) == 4);
  }
  SUBCASE("an unknown label is answered with those that there are, the closest first") {
    CHECK(failure([&] {
            (void)store.resolve(LabelRevision{"pre-chnge", 0});
          }) == "2 pre-chnge: no snapshot has this label; there are: pre-change, post-change");
    CHECK(failure([&] {
            (void)store.resolve(LabelRevision{"post", 2});
          }) == "2 post~2: no snapshot has this label; there are: post-change, pre-change");
  }
  SUBCASE("an ancestor too far says how many there are") {
    CHECK(failure([&] {
            (void)store.resolve(LabelRevision{"pre-change", 3});
          }) == "2 pre-change~3: only 2 snapshots have this label");
    CHECK(failure([&] {
            (void)store.resolve(LabelRevision{"post-change", 1});
          }) == "2 post-change~1: only 1 snapshot has this label");
  }
  SUBCASE("an unknown number is answered with the newest") {
    CHECK(failure([&] { (void)store.resolve(NumberRevision{99}); }) ==
          "2 #99: no such snapshot; the newest is #3");
  }
  SUBCASE("a time before all is answered with the first") {
    CHECK(failure([&] { (void)store.resolve(TimeRevision{at("2020-01-01")}); }) ==
          "2 @2020-01-01T00:00:00.000Z: no snapshot was taken at or before this time; "
          "the first is #1 of 2026-03-01T10:00:00.000Z");
  }
  SUBCASE("what is not stored is the caller's mistake") {
    CHECK_THROWS_AS((void)store.resolve(NowRevision{}), std::logic_error);
    CHECK_THROWS_AS((void)store.resolve(EmptyRevision{}), std::logic_error);
  }
}

TEST_CASE(
    "only a few of many labels are listed, the newest of equals first, harmless on a terminal") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  for (const char* label : {"a1", "a2", "a3", "a4", "a5", "a\x1b[31m", "a1"}) {
    store.append(taken(label, "2026-03-01"));
  }
  CHECK(failure([&] {
          (void)store.resolve(LabelRevision{"a", 0});
        }) == "2 a: no snapshot has this label; there are: a1, a5, a4, a3, a2 and 1 more");
  CHECK(failure([&] {
          (void)store.resolve(LabelRevision{"a-[31m", 0});
        }).find("a\\x1b[31m, ") != std::string::npos);
}

TEST_CASE("what was taken out is named by its number, and by nothing else") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  store.append(taken("pre-change", "2026-03-01T10:00"));
  store.append(taken("pre-change", "2026-03-02T10:00"));
  store.append(taken("post-change", "2026-03-03T10:00"));
  const auto day = std::chrono::hours{24};
  const Actor actor{.user = {0, "root"}, .at = at("2026-03-05T10:00"), .netmon_version = "0.1.0"};
  store.prune({.older_than = 2 * day + day / 2}, actor);

  CHECK(failure([&] { (void)store.resolve(NumberRevision{2}); }) ==
        "2 #2: was taken out on 2026-03-05T10:00:00.000Z by root (prune #4)");
  CHECK(failure([&] { (void)store.resolve(NumberRevision{4}); }) ==
        "2 #4: is no snapshot, but the removal of 2 snapshots on 2026-03-05T10:00:00.000Z by root");
  CHECK(failure([&] { (void)store.resolve(NumberRevision{5}); }) ==
        "2 #5: no such snapshot; the newest is #3");
  CHECK(failure([&] {
          (void)store.resolve(LabelRevision{"pre-change", 0});
        }) == "2 pre-change: no snapshot has this label; there are: post-change");
  CHECK(failure([&] {
          (void)store.resolve(TimeRevision{at("2026-03-02T12:00")});
        }).ends_with("the first is #3 of 2026-03-03T10:00:00.000Z"));

  store.prune({.older_than = day}, actor);
  CHECK(failure([&] {
          (void)store.resolve(LabelRevision{"post-change", 0});
        }) == "2 post-change: the database holds no snapshot any more");
}

TEST_CASE("an empty database says so") {
  const TempFolder folder;
  const auto store = Store::open_for_writing(folder / "netmon.db");
  for (const Revision& revision : std::vector<Revision>{LabelRevision{"x", 0}, NumberRevision{1},
                                                        TimeRevision{at("2026-01-01")}}) {
    CHECK(failure([&] {
            (void)store.resolve(revision);
          }).ends_with(": the database holds no snapshot yet"));
  }
}

}  // namespace
}  // namespace netmon::test
