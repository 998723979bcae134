#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "fixtures.h"
#include "netmon/store/store.h"

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
    CHECK(store.resolve(LabelRevision{"pre-change", 0}, "") == 2);
    CHECK(store.resolve(LabelRevision{"pre-change", 1}, "") == 1);
    CHECK(store.resolve(LabelRevision{"post-change", 0}, "") == 3);
  }
  SUBCASE("a number is itself") { CHECK(store.resolve(NumberRevision{2}, "") == 2); }
  SUBCASE("a time is the newest at or before it") {
    CHECK(store.resolve(TimeRevision{at("2026-03-02T10:00")}, "") == 2);
    CHECK(store.resolve(TimeRevision{at("2026-03-02T09:59:59.999")}, "") == 1);
    CHECK(store.resolve(TimeRevision{at("2030-01-01")}, "") == 3);
  }
  SUBCASE("a time goes by time where the clock went backwards, and by number among equals") {
    store.append(taken("late", "2026-03-01T12:00"));
    CHECK(store.resolve(TimeRevision{at("2030-01-01")}, "") == 3);
    CHECK(store.resolve(TimeRevision{at("2026-03-02")}, "") == 4);
    store.append(taken("later", "2026-03-01T12:00"));
    CHECK(store.resolve(TimeRevision{at("2026-03-02")}, "") == 5);
  }
  SUBCASE("an unknown label is answered with those that there are, the closest first") {
    CHECK(failure([&] {
            (void)store.resolve(LabelRevision{"pre-chnge", 0}, "");
          }) == "2 pre-chnge: no snapshot has this label; there are: pre-change, post-change");
    CHECK(failure([&] {
            (void)store.resolve(LabelRevision{"post", 2}, "");
          }) == "2 post~2: no snapshot has this label; there are: post-change, pre-change");
  }
  SUBCASE("an ancestor too far says how many there are") {
    CHECK(failure([&] {
            (void)store.resolve(LabelRevision{"pre-change", 3}, "");
          }) == "2 pre-change~3: only 2 snapshots have this label");
    CHECK(failure([&] {
            (void)store.resolve(LabelRevision{"post-change", 1}, "");
          }) == "2 post-change~1: only 1 snapshot has this label");
  }
  SUBCASE("an unknown number is answered with the newest") {
    CHECK(failure([&] { (void)store.resolve(NumberRevision{99}, ""); }) ==
          "2 #99: no such snapshot; the newest is #3");
  }
  SUBCASE("a time before all is answered with the first") {
    CHECK(failure([&] { (void)store.resolve(TimeRevision{at("2020-01-01")}, ""); }) ==
          "2 @2020-01-01T00:00:00.000Z: no snapshot was taken at or before this time; "
          "the first is #1 of 2026-03-01T10:00:00.000Z");
  }
  SUBCASE("what is not stored is the caller's mistake") {
    CHECK_THROWS_AS((void)store.resolve(NowRevision{}, ""), std::logic_error);
    CHECK_THROWS_AS((void)store.resolve(EmptyRevision{}, ""), std::logic_error);
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
          (void)store.resolve(LabelRevision{"a", 0}, "");
        }) == "2 a: no snapshot has this label; there are: a1, a5, a4, a3, a2 and 1 more");
  CHECK(failure([&] {
          (void)store.resolve(LabelRevision{"a-[31m", 0}, "");
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

  CHECK(failure([&] { (void)store.resolve(NumberRevision{2}, ""); }) ==
        "2 #2: was pruned on 2026-03-05T10:00:00.000Z by root (prune #4)");
  CHECK(failure([&] { (void)store.resolve(NumberRevision{4}, ""); }) ==
        "2 #4: is no snapshot, but the removal of 2 snapshots on 2026-03-05T10:00:00.000Z by root");
  CHECK(failure([&] { (void)store.resolve(NumberRevision{5}, ""); }) ==
        "2 #5: no such snapshot; the newest is #3");
  CHECK(failure([&] {
          (void)store.resolve(LabelRevision{"pre-change", 0}, "");
        }) == "2 pre-change: no snapshot has this label; there are: post-change");
  CHECK(failure([&] {
          (void)store.resolve(TimeRevision{at("2026-03-02T12:00")}, "");
        }).ends_with("the first is #3 of 2026-03-03T10:00:00.000Z"));

  store.prune({.older_than = day}, actor);
  CHECK(failure([&] {
          (void)store.resolve(LabelRevision{"post-change", 0}, "");
        }) == "2 post-change: the database holds no snapshot any more");
}

// A database of host m1, into which snapshots of two others were imported.
struct SeveralHosts {
  TempFolder folder;
  Store store = Store::open_for_writing(folder / "netmon.db");

  SeveralHosts() {
    store.append(of_host("own", "m1", "web1", "2026-03-01T10:00"));     // #1
    import({of_host("shared", "m2", "db1", "2026-03-01T11:00"),         // #2
            of_host("theirs", "m2", "db2", "2026-03-01T12:00")});       // #3
    import({of_host("shared", "m3", "db3", "2026-03-01T13:00"),         // #4
            of_host("others", "m3", "db3", "2026-03-01T14:00"),         // #5
            of_host("own", "m1", "web1", "2026-03-01T09:00"),           // #6
            of_host("elsewhere", "m1", "web1", "2026-03-01T09:30")});   // #7
    store.append(of_host("shared", "m1", "web1", "2026-03-01T15:00"));  // #8
  }

  static Snapshot of_host(const std::string& label, const std::string& machine_id,
                          const std::string& name, std::string_view started_at) {
    Snapshot snapshot = taken(label, started_at);
    snapshot.info.machine_id = machine_id;
    snapshot.info.host_name = name;
    return snapshot;
  }

  void import(const std::vector<Snapshot>& snapshots) {
    const TempFolder elsewhere;
    auto source = Store::open_for_writing(elsewhere / "netmon.db");
    for (const Snapshot& snapshot : snapshots) source.append(snapshot);
    store.import_from(elsewhere / "netmon.db", {});
  }

  [[nodiscard]] std::int64_t resolve(std::string_view revision,
                                     const std::string& machine = "m1") const {
    return store.resolve(parse_revision(revision), machine);
  }
  [[nodiscard]] std::string refusal(std::string_view revision,
                                    const std::string& machine = "m1") const {
    return failure([&] { (void)resolve(revision, machine); });
  }
};

TEST_CASE("a bare label is this host's own") {
  const SeveralHosts hosts;
  CHECK(hosts.resolve("shared") == 8);
  CHECK(hosts.resolve("shared", "m2") == 2);
  CHECK(hosts.resolve("own") == 1);
  CHECK(hosts.refusal("own~1") == "2 own~1: only 1 snapshot has this label");
  CHECK(hosts.resolve("elsewhere") == 7);
  CHECK(hosts.refusal("theirs") ==
        "2 theirs: no snapshot of this host has this label, only snapshots of: db2 (give "
        "theirs@db2)");
  CHECK(hosts.refusal("shared", "m4") ==
        "2 shared: there is no snapshot of this host, only of: web1, db3, db2, db1 (give "
        "shared@web1)");
  CHECK(hosts.refusal("none") ==
        "2 none: no snapshot has this label; there are: own, shared, elsewhere");
  CHECK(hosts.resolve("#4") == 4);
}

TEST_CASE("where no machine id is known, this host's own are those that were stored here first") {
  const SeveralHosts hosts;
  CHECK(hosts.resolve("shared", "") == 8);
  CHECK(hosts.resolve("own", "") == 1);
  CHECK(hosts.refusal("theirs", "").find("only snapshots of: db2") != std::string::npos);
}

TEST_CASE("a label or a time of another host is named with it") {
  const SeveralHosts hosts;
  CHECK(hosts.resolve("shared@db3") == 4);
  CHECK(hosts.resolve("shared@m3") == 4);
  CHECK(hosts.resolve("shared@db1") == 2);
  CHECK(hosts.resolve("shared@db2") == 2);  // the later name of db1
  CHECK(hosts.resolve("shared@web1", "m3") == 8);
  CHECK(hosts.refusal("shared~1@db3") == "2 shared~1@db3: only 1 snapshot has this label");
  CHECK(hosts.refusal("own@db3") ==
        "2 own@db3: no snapshot has this label; there are: others, shared");
  CHECK(hosts.refusal("own@db9") ==
        "2 own@db9: there is no snapshot of this host, only of: web1, db3, db2, db1");
  CHECK(hosts.resolve("@2026-03-02@db1") == 3);
  CHECK(hosts.resolve("@2026-03-01T11:30@db1") == 2);
  CHECK(hosts.resolve("@2026-03-02") == 8);
  CHECK(hosts.resolve("@2026-03-01T14:30") == 1);
  CHECK(hosts.resolve("@2026-03-01T09:45") == 7);
  CHECK(hosts.refusal("@2026-03-01@db3") ==
        "2 @2026-03-01T00:00:00.000Z@db3: no snapshot was taken at or before this time; the first "
        "is #4 of 2026-03-01T13:00:00.000Z");
}

TEST_CASE("a name that two hosts have is not enough") {
  SeveralHosts hosts;
  hosts.import({SeveralHosts::of_host("x", "m5", "db3", "2026-03-01T10:00")});
  CHECK(hosts.refusal("shared@db3") ==
        "2 shared@db3: several hosts have this name; give the machine id: m3, m5");
  CHECK(hosts.resolve("x@m5") == 9);
}

TEST_CASE("in a file of one other host a bare label is that host's") {
  SeveralHosts hosts;
  const auto image = hosts.store.export_image({2, 3}, {}, {});
  const auto file = hosts.folder / "review.netmon";
  write_file(file, {reinterpret_cast<const char*>(image.data()), image.size()});
  const auto store = Store::open_for_reading(file);
  CHECK(store.resolve(LabelRevision{"theirs", 0}, "m1") == 2);
  CHECK(store.resolve(TimeRevision{at("2026-03-01T11:30")}, "m1") == 1);
  CHECK(store.resolve(LabelRevision{"theirs", 0}, "") == 2);
}

TEST_CASE("an empty database says so") {
  const TempFolder folder;
  const auto store = Store::open_for_writing(folder / "netmon.db");
  for (const Revision& revision :
       std::vector<Revision>{LabelRevision{"x", 0}, NumberRevision{1},
                             TimeRevision{at("2026-01-01")}, LabelRevision{"x", 0, "db1"}}) {
    CHECK(failure([&] {
            (void)store.resolve(revision, "");
          }).ends_with(": the database holds no snapshot yet"));
  }
}

}  // namespace
}  // namespace netmon::test
