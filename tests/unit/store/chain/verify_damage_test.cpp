#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <vector>

#include "verify_fixtures.h"

namespace netmon::test {
namespace {

TEST_CASE("what is not of the schema is found in the schema") {
  struct Change {
    const char* sql;
    const char* flaws;
  };
  for (const Change& change : {
           Change{"DROP TRIGGER gap_update", "schema trigger gap_update: is missing"},
           Change{"DROP TRIGGER gap_update; CREATE TRIGGER gap_update BEFORE UPDATE ON gap BEGIN "
                  "SELECT 1; END",
                  "schema trigger gap_update: is not as netmon made it"},
           Change{"CREATE TRIGGER x AFTER INSERT ON gap BEGIN DELETE FROM socket; END",
                  "schema trigger x: was not made by netmon"},
           Change{"DROP VIEW v_gaps; CREATE VIEW v_gaps AS SELECT 1",
                  "schema view v_gaps: is not as netmon made it"},
           Change{"CREATE TABLE \"x\x1b[31m\" (y)",
                  "schema table x\\x1b[31m: was not made by netmon"},
           Change{"DROP INDEX import_origin", "schema index import_origin: is missing"},
           Change{"ALTER TABLE history_host ADD COLUMN x INTEGER",
                  "rows the tables: are not as netmon made them, so they were not read; "
                  "schema table history_host: is not as netmon made it; "
                  "chain the tables: are not as netmon made them, so they were not read"},
       }) {
    CAPTURE(change.sql);
    const Evidence evidence;
    execute(evidence.path(), change.sql);
    CHECK(flaws_of(evidence.verify()) == change.flaws);
  }
}

TEST_CASE("a view in the place of a table is not read") {
  const Evidence evidence;
  execute(evidence.path(),
          "PRAGMA foreign_keys = OFF; DROP TABLE gap; CREATE VIEW gap AS WITH RECURSIVE r (n) AS "
          "(SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS snapshot_id, n AS gap_no, '' AS "
          "code, '' AS scope, '' AS protocol, '' AS reason, 0 AS count FROM r");
  const Verification verified = evidence.verify();
  CHECK(verified.snapshots == 0);
  CHECK(
      flaws_of(verified).starts_with("rows the tables: are not as netmon made them, so they were "
                                     "not read; schema view gap: was not made by netmon"));
}

// A page of an index (fileformat2.html, "B-tree Pages") that has the same entry `count` times. If
// there is a `child`, it is before each entry and after the last.
std::string index_page(const std::string& record, std::size_t count, std::uint32_t child) {
  const auto big_endian = [](std::uint32_t number, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(number >> (8 * i) & 0xffU);
    return text;
  };
  const std::string pointer = child == 0 ? "" : big_endian(child, 4);
  const std::string cell = pointer + static_cast<char>(record.size()) + record;
  std::string header{child == 0 ? '\x0a' : '\x02', '\0', '\0'};
  const auto first = static_cast<std::uint32_t>(4096 - count * cell.size());
  header +=
      big_endian(static_cast<std::uint32_t>(count), 2) + big_endian(first, 2) + '\0' + pointer;
  std::string cells;
  for (std::size_t i = 0; i < count; ++i) {
    header += big_endian(first + static_cast<std::uint32_t>(i * cell.size()), 2);
    cells += cell;
  }
  return header + std::string(first - header.size(), '\0') + cells;
}

TEST_CASE("an index of few pages that takes for ever to read is given up") {
  Evidence evidence;
  evidence.tamper(
      "INSERT INTO chain VALUES (2, 'x'); INSERT INTO import VALUES (99, 2, 1, '', '', "
      "0, '', ''); INSERT INTO link VALUES (2, 1, 'capture', NULL, 'x', 'x')");
  const auto root = std::stoul(
      query(evidence.path(), "SELECT rootpage FROM sqlite_schema WHERE name = 'import_origin'"));
  std::string content = read_file(evidence.path());
  const std::string record{4, 1, 9, 1, 2, 99};  // three columns: 2, 1, 99
  auto child = static_cast<std::uint32_t>(content.size() / 4096 + 1);
  content.replace((root - 1) * 4096, 4096, index_page(record, 200, child));
  for (int level = 0; level < 12; ++level) content += index_page(record, 200, ++child);
  content += index_page(record, 3, 0);
  content[30] = static_cast<char>(child >> 8U);  // the number of pages
  content[31] = static_cast<char>(child);
  write_file(evidence.path(), content);
  const Verification verified = evidence.verify();
  CHECK(flaws_of(verified).find("rows the chain: cannot be read: interrupted") !=
        std::string::npos);
  CHECK(verified.chain.back() == Flaw{"the chain", "cannot be read to its end"});
}

TEST_CASE("no more flaws are told than anybody reads") {
  Evidence evidence;
  evidence.tamper(
      "WITH RECURSIVE n (id) AS (SELECT 100 UNION ALL SELECT id + 1 FROM n LIMIT 1100) "
      "INSERT INTO gap SELECT id, 0, '', NULL, NULL, '', 0 FROM n");
  const Verification verified = evidence.verify();
  REQUIRE(verified.chain.size() == 1001);
  CHECK(verified.chain[999].what == "has rows of #1099, which is not there");
  CHECK(verified.chain[1000] == Flaw{"100 more", "are not listed"});
}

TEST_CASE("signatures are handed on, and a damaged document is told") {
  Evidence evidence;
  const std::string digest = "sha256:" + std::string(64, 'a');
  execute(evidence.path(),
          "INSERT INTO document VALUES (1, 'expectations', 'x.toml', '', 'x'),"
          "(2, 'signature', 'x.sig', '" +
              digest + "', 'armored')");
  CHECK(evidence.verify().signatures ==
        std::vector<Document>{{DocumentKind::signature, "x.sig", digest, "armored"}});
  evidence.tamper("UPDATE document SET kind = 'x' WHERE document_no = 1");
  CHECK(flaws_of(evidence.verify()) ==
        "rows a document: cannot be read: a row of table document is damaged: its column kind "
        "cannot be read");
}

TEST_CASE("no change of a byte makes verifying crash, and what verifies is what was stored") {
  const Evidence evidence;
  const std::string content = read_file(evidence.path());
  const Snapshot original = Store::open_for_reading(evidence.path()).load(2);
  for (std::size_t at = 100; at < content.size(); at += 4001) {
    std::string changed = content;
    changed[at] = static_cast<char>(changed[at] ^ 0xff);
    write_file(evidence.path(), changed);
    CAPTURE(at);
    std::string flaws = "not read";
    (void)failure([&] { flaws = flaws_of(evidence.verify()); });
    if (flaws.empty()) CHECK(Store::open_for_reading(evidence.path()).load(2) == original);
  }
}

TEST_CASE("where one snapshot's pages are damaged the others are still verified") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  Snapshot victim = large_snapshot(2000);
  for (Socket& socket : victim.sockets) socket.local.address = *parse_ip_address("198.51.100.7");
  store.append(large_snapshot(2000));
  store.append(victim);
  store.append(large_snapshot(2000));
  std::string content = read_file(path);
  // Pick a page in the middle: it is a leaf, so its loss hides nothing else.
  constexpr std::size_t kPage = 4096;
  constexpr char kLeaf = 0x0a;  // fileformat2.html, "B-tree Pages"
  std::vector<std::size_t> pages;
  for (std::size_t at = 0; at < content.size(); at += kPage) {
    if (content[at] == kLeaf && content.substr(at, kPage).find("198.51.100.7") < kPage) {
      pages.push_back(at);
    }
  }
  REQUIRE(pages.size() > 4);
  content.replace(pages[pages.size() / 2], kPage, kPage, '\xa5');
  write_file(path, content);
  const Verification verified = Store::open_for_reading(path).verify({});
  CHECK(flaws_of(verified) == "rows #2: cannot be read: database disk image is malformed");
  CHECK(verified.snapshots == 2);
  CHECK(failure([&] {
          (void)Store::open_for_reading(path).verify({.id = 2, .digest = ""});
        }).starts_with(fmt::format("2 {}: is damaged: ", path.string())));
}

}  // namespace
}  // namespace netmon::test
