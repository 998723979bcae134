#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>

#include "transfer_fixtures.h"

namespace netmon::test {
namespace {

using std::chrono::hours;

// Three snapshots that were taken an hour apart, and the time when the third was two hours old.
struct ThreeSnapshots : Site {
  ThreeSnapshots() {
    append(captured("pre-change", "db1", 0));
    append(captured("nightly", "db1", 1));
    append(captured("post-change", "db1", 2));
  }
  Timestamp now = kCaptured + hours{4};

  std::vector<std::int64_t> prune(const PruneRule& rule) {
    return numbers(store.prune(rule, reviewer(now)));
  }
  static std::vector<std::int64_t> numbers(const std::vector<SnapshotSummary>& summaries) {
    std::vector<std::int64_t> result;
    for (const SnapshotSummary& summary : summaries) result.push_back(summary.info.id.value());
    return result;
  }
};

using Numbers = std::vector<std::int64_t>;

TEST_CASE("a rule names what is older and has no label to keep") {
  const ThreeSnapshots site;
  const auto prunable = [&](const PruneRule& rule) {
    return ThreeSnapshots::numbers(site.store.prunable(rule, site.now));
  };
  CHECK(prunable({.older_than = hours{2}}) == Numbers{1, 2});
  CHECK(prunable({.older_than = hours{2} - std::chrono::milliseconds{1}}) == Numbers{1, 2, 3});
  CHECK(prunable({.older_than = hours{4}}).empty());
  CHECK(prunable({.older_than = hours{1}, .keep_labels = {"pre-*", "post-*"}}) == Numbers{2});
  CHECK(prunable({.older_than = hours{1}, .keep_labels = {"night"}}) == Numbers{1, 2, 3});
  CHECK(prunable({.older_than = hours{1}, .keep_labels = {"nightl[xyz]", "p?e-change"}}) ==
        Numbers{3});
}

TEST_CASE("a pruned snapshot leaves a tombstone and a chain that holds") {
  ThreeSnapshots site;
  const std::string digest = site.store.load(1).info.digest;
  CHECK(site.prune({.older_than = hours{2}, .keep_labels = {"pre-*", "x"}}) == Numbers{2});
  CHECK(flaws_of(site.path).empty());
  const auto chain = site.store.verify({}).chains.at(0);
  CHECK(chain.last == 4);
  CHECK(chain.snapshots == 2);
  CHECK(chain.pruned == 1);
  CHECK(ThreeSnapshots::numbers(site.store.list()) == Numbers{1, 3});
  CHECK(site.store.load(1).info.digest == digest);
  CHECK(failure([&] { (void)site.store.load(2); }) != "");
  CHECK(query(site.path,
              "SELECT pruned_at || uid || user_name || netmon_version || older_than_ms "
              "|| keep_labels || snapshots FROM prune WHERE number = 4") ==
        to_string(site.now) + "1000audit1.2.3" + "7200000" + "pre-*,x" + "1");
  CHECK(query(site.path,
              "SELECT snapshot_id || label || host_name || started_at || prune_number "
              "FROM tombstone") == "2nightlydb1" + to_string(kCaptured + hours{1}) + "4");
  CHECK(query(site.path,
              "SELECT digest = (SELECT digest FROM link WHERE number = 2) "
              "FROM tombstone") == "1");
}

TEST_CASE("a number is never given again, also where the newest snapshot went") {
  ThreeSnapshots site;
  CHECK(site.prune({.older_than = hours{1}}) == Numbers{1, 2, 3});
  CHECK(site.store.list().empty());
  CHECK(site.store.append(captured("next")).id == 5);
  CHECK(site.prune({.older_than = hours{1}}) == Numbers{5});
  CHECK(flaws_of(site.path).empty());
}

TEST_CASE("where a rule names nothing, nothing is written") {
  ThreeSnapshots site;
  const std::string bytes = site.bytes();
  CHECK(site.prune({.older_than = hours{5}}).empty());
  CHECK(site.bytes() == bytes);
}

TEST_CASE("nothing of a pruned snapshot stays in the file") {
  Site site;
  Snapshot snapshot = captured("pre-change");
  snapshot.processes[1].name = "only-in-the-first";
  snapshot.info.note = "note-of-the-first";
  site.append(snapshot).append(captured("post-change", "db1", 2));
  const auto size = std::filesystem::file_size(site.path);
  for (const char* text : {"only-in-the-first", "note-of-the-first", "hunter2"}) {
    REQUIRE(site.bytes().find(text) != std::string::npos);
  }
  site.store.prune({.older_than = hours{1}}, reviewer(kCaptured + hours{3}));
  CHECK(site.bytes().find("only-in-the-first") == std::string::npos);
  CHECK(site.bytes().find("note-of-the-first") == std::string::npos);
  CHECK(query(site.path, "PRAGMA freelist_count") == "0");
  site.store.prune({}, reviewer(kCaptured + hours{3}));
  CHECK(site.bytes().find("hunter2") == std::string::npos);
  // One page may be new, because the prune itself is recorded.
  CHECK(std::filesystem::file_size(site.path) <= size + 4096);
}

TEST_CASE("a large snapshot's space is given back") {
  Site site;
  site.append(large_snapshot(5000));
  const auto size = std::filesystem::file_size(site.path);
  site.store.prune({}, reviewer());
  CHECK(std::filesystem::file_size(site.path) < size / 2);
  CHECK(flaws_of(site.path).empty());
}

// The file size limit allows the rows to be removed, but not the journal of the whole file to be
// written.
TEST_CASE("a file that cannot be made smaller is told, and the snapshots are out") {
  Site site;
  site.append(captured("pre-change"));
  Snapshot large = large_snapshot(20'000);
  large.info.started_at += hours{24 * 365};
  site.append(large);
  const std::string text = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlim_t most = std::filesystem::file_size(site.path) / 2;
    const rlimit limit{.rlim_cur = most, .rlim_max = most};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return failure([&] { site.store.prune({}, reviewer()); });
  });
  CAPTURE(text);
  CHECK(text.starts_with("2 " + site.path.string() +
                         ": 1 snapshot was pruned, but the file could not be made smaller: "));
  CHECK(text.find(site.path.string(), 10) == std::string::npos);
  CHECK(read_file(site.path).find("hunter2") == std::string::npos);
  CHECK(ThreeSnapshots::numbers(Store::open_for_reading(site.path).list()) == Numbers{2});
  CHECK(flaws_of(site.path).empty());
}

TEST_CASE("what does not verify is not pruned, and nothing with it") {
  ThreeSnapshots site;
  SUBCASE("a row of what goes") {
    execute(site.path, "DROP TRIGGER gap_update; UPDATE gap SET count = 2 WHERE snapshot_id = 2");
    CHECK(site.prune({.older_than = hours{3}}) == Numbers{1});
  }
  SUBCASE("the chain") {
    execute(site.path,
            "DROP TRIGGER link_update; UPDATE link SET digest = 'sha256:0' WHERE number "
            "= 3");
  }
  const std::string bytes = site.bytes();
  CHECK(failure([&] {
          site.prune({.older_than = hours{1}});
        }).starts_with("4 " + site.path.string() + ": "));
  CHECK(site.bytes() == bytes);
}

TEST_CASE("what is left after a prune is exported and imported as ever") {
  ThreeSnapshots site;
  site.prune({.older_than = hours{2}, .keep_labels = {"pre-*"}});
  Site here;
  here.import(site.exported({1, 3}));
  CHECK(here.store.list().size() == 2);
  CHECK(flaws_of(here.path).empty());
  CHECK(here.store.verify({}).chains.at(1).last == 4);
}

TEST_CASE("an imported snapshot is pruned by the same rule, and can be imported again") {
  ThreeSnapshots site;
  const auto file = site.exported({1, 3});
  Site here;
  here.append(captured("own", "web1", 100));
  here.import(file);
  CHECK(ThreeSnapshots::numbers(here.store.prune({.older_than = hours{1}}, reviewer(site.now))) ==
        Numbers{2, 3});
  CHECK(query(here.path, "SELECT digest FROM tombstone WHERE snapshot_id = 3") ==
        site.store.load(3).info.digest);
  CHECK(flaws_of(here.path).empty());
  const auto again = here.import(file);
  REQUIRE(again.size() == 2);
  CHECK(again[0].id == 5);
  CHECK_FALSE(again[0].was_present);
  CHECK(here.import(file).at(1).id == 6);
  CHECK(here.store.load(6).info.origin->number == 3);
  CHECK(flaws_of(here.path).empty());
}

TEST_CASE("one's own snapshot that was pruned comes back as an imported one") {
  ThreeSnapshots site;
  const auto file = site.exported({1, 3});
  site.prune({.older_than = hours{3}});
  const auto imported = site.import(file);
  REQUIRE(imported.size() == 2);
  CHECK(imported[0].id == 5);
  CHECK_FALSE(imported[0].was_present);
  CHECK(imported[1].id == 3);
  CHECK(imported[1].was_present);
  CHECK(site.store.load(5).info.origin->number == 1);
  CHECK(flaws_of(site.path).empty());
  CHECK(site.import(file).at(0).id == 5);
  Site third;
  third.import(site.exported({5}));
  CHECK(third.store.load(1).info.origin == site.store.load(5).info.origin);
  CHECK(flaws_of(third.path).empty());
}

}  // namespace
}  // namespace netmon::test
