#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "store/chain/chain.h"
#include "store/chain/digest.h"
#include "store/rows/row_reader.h"
#include "transfer_fixtures.h"

namespace netmon::test {
namespace {

// The snapshot without the number and origin that an import gives it.
Snapshot without_origin(Snapshot snapshot) {
  snapshot.info.id.reset();
  snapshot.info.origin.reset();
  return snapshot;
}

std::string origin_of(const std::filesystem::path& database) {
  return query(database, "SELECT origin FROM chain WHERE chain_no = 0");
}

// The part of the error message after the file's name.
std::string refusal(Site& site, const std::filesystem::path& file) {
  const std::string before = site.bytes();
  const std::string text = failure([&] { site.import(file); });
  CHECK(site.bytes() == before);
  const auto subject = text.find(file.string());
  REQUIRE(subject != std::string::npos);
  return text.substr(0, subject) + text.substr(subject + file.string().size());
}

TEST_CASE("an imported snapshot is the one that was stored") {
  Site host;
  host.append(full_snapshot("pre-change"));
  std::vector<std::int64_t> ids{1};
  for (unsigned seed = 0; seed < 40; ++seed) {
    ids.push_back(*host.store.append(hostile_snapshot(seed)).id);
  }
  Site reviewer_site;
  REQUIRE(reviewer_site.import(host.exported(ids)).size() == ids.size());
  for (const std::int64_t id : ids) {
    const Snapshot original = host.store.load(id);
    const Snapshot imported = reviewer_site.store.load(id);
    CHECK(without_origin(imported) == without_origin(original));
    CHECK(imported.info.origin == Origin{origin_of(host.path), id});
    CHECK(imported.info.digest == original.info.digest);
  }
  CHECK(flaws_of(reviewer_site.path).empty());
}

TEST_CASE("import says what it stored, and from where") {
  Site host;
  host.append(captured("pre-change")).append(captured("post-change"));
  Site here;
  here.append(captured("own", "web1"));
  const auto file = host.exported({2});
  const ImportedSnapshot expected{.id = 2,
                                  .origin = {origin_of(host.path), 2},
                                  .label = "post-change",
                                  .host_name = "db1",
                                  .was_present = false};
  CHECK(here.import(file) == std::vector{expected});
  CHECK(query(here.path, "SELECT imported_at || uid || user_name || netmon_version FROM import") ==
        to_string(reviewer().at) + "1000audit1.2.3");
  CHECK(here.store.load(2).info.started_at == kCaptured);
}

TEST_CASE("an exported file is a database that verifies by itself") {
  Site host;
  host.append(captured("a")).append(captured("b")).append(captured("c"));
  const auto file = host.exported({3, 1});
  CHECK(flaws_of(file).empty());
  const auto found = Store::open_for_reading(file).verify({});
  REQUIRE(found.chains.size() == 2);
  CHECK(found.chains[0].own);
  CHECK(found.chains[0].imports == 2);
  CHECK(found.chains[1].origin == origin_of(host.path));
  CHECK(found.chains[1].last == 3);
  CHECK(found.chains[1].head == host.store.list().back().info.digest);
  CHECK(Store::open_for_reading(file).history({.port = 443}).at(0).snapshots == 2);
  CHECK(Store::open_for_reading(file).list().size() == 2);
}

TEST_CASE("a secret is nowhere in an exported file, and the evidence holds") {
  Site host;
  host.append(captured("pre-change"));
  const auto file = host.exported({1});
  CHECK(host.bytes().find("hunter2") != std::string::npos);
  CHECK(read_file(file).find("hunter2") == std::string::npos);
  CHECK(flaws_of(file).empty());
  CHECK(Store::open_for_reading(file).verify({}).masked == 1);
  CHECK(query(file,
              "SELECT group_concat(process_no || ifnull(length(salt), '-')) "
              "FROM command_line") == "132,2-");
  const Snapshot masked = Store::open_for_reading(file).load(1);
  CHECK(masked.processes[1].cmdline == "nginx -c /etc/nginx.conf");
  CHECK(masked.processes[2].cmdline == "worker --password=***");
  CHECK(query(file, "SELECT group_concat(sha256) FROM command_line") ==
        query(host.path, "SELECT group_concat(sha256) FROM command_line"));

  Site here;
  here.import(file);
  CHECK(flaws_of(here.path).empty());
  CHECK(here.store.verify({}).masked == 1);
}

TEST_CASE("importing twice is importing once") {
  Site host;
  host.append(captured("pre-change")).append(captured("post-change"));
  const auto file = host.exported({1, 2});
  Site here;
  const auto first = here.import(file);
  const std::string bytes = here.bytes();
  auto again = here.import(file);
  CHECK(here.bytes() == bytes);
  for (ImportedSnapshot& imported : again) {
    CHECK(imported.was_present);
    imported.was_present = false;
  }
  CHECK(again == first);
}

TEST_CASE("the snapshots of two hosts in one database never mix") {
  Site db1;
  db1.append(captured("pre-change", "db1")).append(captured("post-change", "db1"));
  Site web1;
  web1.append(captured("pre-change", "web1"));
  Site here;
  here.import(db1.exported({2}));
  here.import(web1.exported({1}));
  here.import(db1.exported({1}));
  const auto stored = here.store.list();
  REQUIRE(stored.size() == 3);
  CHECK(stored[0].info.origin == Origin{origin_of(db1.path), 2});
  CHECK(stored[1].info.origin == Origin{origin_of(web1.path), 1});
  CHECK(stored[1].info.host_name == "web1");
  CHECK(stored[2].info.origin == Origin{origin_of(db1.path), 1});
  CHECK(flaws_of(here.path).empty());

  SUBCASE("and keep their first origin when they go on") {
    Site third;
    const auto imported = third.import(here.exported({2, 3}));
    REQUIRE(imported.size() == 2);
    CHECK(imported[0].origin == Origin{origin_of(web1.path), 1});
    CHECK(imported[1].origin == Origin{origin_of(db1.path), 1});
    CHECK(third.store.load(1).info.digest == web1.store.load(1).info.digest);
    CHECK(query(third.path, "SELECT count(*) FROM chain") == "3");
    CHECK(flaws_of(third.path).empty());
  }
  SUBCASE("and are the same whichever way they come") {
    CHECK(here.import(db1.path).at(1).id == 1);
    CHECK(here.import(web1.path).at(0).was_present);
    CHECK(here.store.list().size() == 3);
  }
}

TEST_CASE("a whole database is imported as an exported file is") {
  Site host;
  host.append(captured("pre-change")).append(captured("post-change"));
  Site here;
  CHECK(here.import(host.path).size() == 2);
  CHECK(without_origin(here.store.load(2)) == without_origin(host.store.load(2)));
  CHECK(here.store.load(2).processes[2].cmdline == "worker --password=hunter2-of-db1");
  CHECK(flaws_of(here.path).empty());
}

TEST_CASE("a chain that went on goes on here") {
  Site host;
  host.append(captured("pre-change"));
  Site here;
  here.import(host.exported({1}));
  host.append(captured("post-change"));
  const auto longer = host.exported({2});
  CHECK(here.import(longer).at(0).id == 2);
  CHECK(query(here.path, "SELECT count(*) FROM link WHERE chain_no = 1") == "2");
  CHECK(flaws_of(here.path).empty());
}

TEST_CASE("a shorter copy of a chain is no other chain") {
  Site host;
  host.append(captured("pre-change"));
  const auto shorter = host.folder / "shorter.netmon";
  std::filesystem::copy_file(host.exported({1}), shorter);
  host.append(captured("post-change"));
  Site here;
  here.import(host.exported({2}));
  CHECK(here.import(shorter).at(0).id == 2);
  CHECK(query(here.path, "SELECT count(*) FROM link WHERE chain_no = 1") == "2");
  CHECK(flaws_of(here.path).empty());
}

TEST_CASE("a chain that goes apart is refused, and nothing is stored") {
  Site host;
  host.append(captured("pre-change"));
  Site copy;
  std::filesystem::copy_file(host.path, copy.folder / "copy.db");
  Store::open_for_writing(copy.folder / "copy.db").append(captured("another"));
  host.append(captured("post-change"));
  Site here;
  here.import(host.exported({2}));
  CHECK(refusal(here, copy.folder / "copy.db") ==
        fmt::format("4 : its chain {}… and the one here differ from #2 on: one belongs to a copy "
                    "that was used separately, or was rewritten",
                    origin_of(host.path).substr(0, 8)));
}

TEST_CASE("a chain that is known here is held against it, also where no snapshot of it comes") {
  Site host;
  host.append(captured("pre-change"));
  Site here;
  here.import(host.exported({1}));
  const auto copy = host.folder / "copy.db";
  std::filesystem::copy_file(host.path, copy);
  host.append(captured("post-change"));
  here.import(host.exported({2}));
  {
    Store forked = Store::open_for_writing(copy);
    forked.append(captured("another"));
    forked.prune({}, reviewer());
    REQUIRE(forked.list().empty());
  }
  CHECK(refusal(here, copy).find("differ from #2 on") != std::string::npos);
}

TEST_CASE("what comes back to its own database is there already") {
  Site host;
  host.append(captured("pre-change")).append(captured("post-change"));
  const auto file = host.exported({1, 2});
  host.append(captured("later"));
  const std::string bytes = host.bytes();
  const auto imported = host.import(file);
  CHECK(host.bytes() == bytes);
  REQUIRE(imported.size() == 2);
  CHECK(imported[1].id == 2);
  CHECK(imported[1].was_present);
  CHECK(host.import(host.path).size() == 3);
  CHECK(host.bytes() == bytes);
}

TEST_CASE("more of its own chain than a database has is refused") {
  Site host;
  host.append(captured("pre-change"));
  Site old_copy;
  std::filesystem::copy_file(host.path, old_copy.folder / "copy.db");
  host.append(captured("post-change"));
  Store cut_off = Store::open_for_writing(old_copy.folder / "copy.db");
  CHECK(failure([&] { cut_off.import_from(host.path, reviewer()); }) ==
        fmt::format("4 {}: has #2 of this database's own chain, which is missing here: this "
                    "database was cut off, or the file comes from a copy that was used separately",
                    host.path.string()));
}

TEST_CASE("a file that is no sound netmon database is refused") {
  Site host;
  host.append(captured("pre-change")).append(captured("post-change"));
  const auto file = host.exported({1, 2});
  Site here;
  here.append(captured("own", "web1"));

  SUBCASE("a changed row") {
    execute(file, "DROP TRIGGER process_update; UPDATE process SET name = 'ngin'");
    CHECK(refusal(here, file).starts_with("4 : "));
  }
  SUBCASE("a changed row, the triggers as they were") {
    const std::string trigger =
        query(file, "SELECT sql FROM sqlite_schema WHERE name = 'process_update'");
    execute(file,
            "DROP TRIGGER process_update; UPDATE process SET name = 'ngin' "
            "WHERE snapshot_id = 2;" +
                trigger);
    CHECK(refusal(here, file).starts_with("4 : #2 "));
  }
  SUBCASE("a trigger of its own") {
    execute(file, "CREATE TRIGGER evil AFTER INSERT ON netns BEGIN SELECT 1; END");
    CHECK(refusal(here, file).find("evil") != std::string::npos);
  }
  SUBCASE("a missing link") {
    const std::string trigger =
        query(file, "SELECT sql FROM sqlite_schema WHERE name = 'link_delete'");
    execute(file, "DROP TRIGGER link_delete; DELETE FROM link WHERE chain_no = 1 AND number = 2;" +
                      trigger);
    CHECK(refusal(here, file).starts_with("4 : "));
  }
  SUBCASE("no database") {
    write_file(file, std::string(10'000, 'x'));
    CHECK(refusal(here, file) == "2 : is not a netmon database");
  }
  SUBCASE("no file") { CHECK(refusal(here, here.folder / "missing") == "2 : no such database"); }
  SUBCASE("a newer schema, which is not touched") {
    execute(file, "PRAGMA user_version = 99");
    const std::string bytes = read_file(file);
    CHECK(refusal(here, file).starts_with("2 : was made by a newer netmon (schema 99;"));
    CHECK(read_file(file) == bytes);
  }
  SUBCASE("a chain of no known form") {
    const std::string trigger =
        query(file, "SELECT sql FROM sqlite_schema WHERE name = 'chain_update'");
    execute(file, "DROP TRIGGER chain_update; UPDATE chain SET origin = 'x' WHERE chain_no = 1;" +
                      trigger);
    CHECK(refusal(here, file).starts_with("4 : "));
  }
}

// Somebody who forges a file can also compute its digests.
TEST_CASE("a value that netmon writes otherwise is refused, whatever its digest") {
  Site host;
  Snapshot empty;
  empty.info = captured("pre-change").info;
  empty.info.span.reset();
  host.append(empty);
  {
    SQLite::Database database(host.path.string(), SQLite::OPEN_READWRITE);
    database.exec(
        "DROP TRIGGER snapshot_update; DROP TRIGGER link_update;"
        "UPDATE snapshot SET finished_at = '2026-03-02 20:45+01:00'");
    RowDigest digest;
    auto reader = RowReader::snapshot_row(database.getHandle(), 1, 1, digest);
    REQUIRE(reader.next());
    reader.row<SnapshotRow>();
    Link link = *read_link(database, 0, 1);
    link.content_digest = digest.finish();
    link.digest = compute_digest(link, origin_of(host.path));
    database.exec(
        fmt::format("UPDATE snapshot SET digest = '{}'; UPDATE link SET "
                    "content_digest = '{}', digest = '{}'",
                    link.content_digest, link.content_digest, link.digest));
    const Site sound;
    for (const std::string name : {"snapshot_update", "link_update"}) {
      database.exec(query(sound.path, "SELECT sql FROM sqlite_schema WHERE name = '" + name + "'"));
    }
  }
  CHECK(flaws_of(host.path).empty());
  Site here;
  CHECK(refusal(here, host.path) == "4 : snapshot #1: is not written as netmon writes it");
}

// Whatever the bytes of a file are changed to, the file is refused or harmless.
TEST_CASE("a byte changed anywhere in a file stores nothing that does not verify") {
  Site host;
  host.append(captured("pre-change"));
  const auto file = host.exported({1}, {{.kind = DocumentKind::expectations,
                                         .name = "CHG-1.toml",
                                         .signed_digest = "",
                                         .text = "ticket = 'CHG-1'"}});
  const std::string sound = read_file(file);
  const Snapshot original = Store::open_for_reading(file).load(1);
  const Site empty;
  const auto path = empty.folder / "copy.db";
  int refused = 0;
  int tried = 0;
  for (std::size_t at = 0; at < sound.size(); at += 1987) {
    std::string patched = sound;
    patched[at] = static_cast<char>(patched[at] ^ (1 << at % 8));
    write_file(file, patched);
    write_file(path, empty.bytes());
    CAPTURE(at);
    const std::string text =
        failure([&] { Store::open_for_writing(path).import_from(file, reviewer()); });
    ++tried;
    if (!text.empty()) ++refused;
    CHECK(flaws_of(path).empty());
    const auto stored = Store::open_for_reading(path).list();
    CHECK(stored.size() == (text.empty() ? 1 : 0));
    if (stored.empty()) continue;
    Snapshot imported = Store::open_for_reading(path).load(1);
    CHECK(without_origin(imported) == without_origin(original));
  }
  CHECK(tried > 50);
  CHECK(refused > tried / 8);
}

TEST_CASE("what does not verify is not exported") {
  Site host;
  host.append(captured("pre-change")).append(captured("post-change"));
  SUBCASE("the rows of a snapshot") {
    execute(host.path, "DROP TRIGGER gap_update; UPDATE gap SET count = 2 WHERE snapshot_id = 1");
    CHECK(failure([&] { (void)host.exported({2, 1}); }).starts_with("4 " + host.path.string()));
    CHECK(failure([&] { (void)host.exported({2}); }).empty());
  }
  SUBCASE("the chain") {
    execute(host.path, "DROP TRIGGER link_delete; DELETE FROM link WHERE number = 1");
    CHECK(failure([&] { (void)host.exported({2}); }).starts_with("4 " + host.path.string()));
  }
  SUBCASE("a snapshot that is not there") {
    CHECK(failure([&] { (void)host.exported({3}); }).starts_with("2 " + host.path.string() + ": "));
  }
}

}  // namespace
}  // namespace netmon::test
