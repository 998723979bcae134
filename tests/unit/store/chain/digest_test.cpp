#include "store/chain/digest.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdio>
#include <limits>
#include <vector>

#include "fixtures.h"
#include "netmon/store/store.h"

namespace netmon::test {
namespace {

// The output of a shell command, without the line feed at its end.
std::string output_of(const std::string& command) {
  std::string output;
  // The documentation has a shell command. NOLINTNEXTLINE(cert-env33-c)
  FILE* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) output.push_back(static_cast<char>(c));
  CHECK(::pclose(pipe) == 0);
  return output.substr(0, output.find('\n'));
}

std::string sha256sum(const std::string& text) {
  const TempFolder folder;
  write_file(folder / "text", text);
  const std::string line = output_of(fmt::format("sha256sum < '{}'", (folder / "text").string()));
  return "sha256:" + line.substr(0, 64);
}

// The commands of schema/README.md that work without netmon, in their order.
enum Documented : std::size_t {
  kContent,
  kStoredContent,
  kEntry,
  kPrinted,
  kCommandLines,
  kBrokenEntries,
};

// The documented command, changed for this database and this snapshot.
std::string documented(Documented which, const std::filesystem::path& database, std::int64_t id) {
  std::string text = read_file(NETMON_TEST_DATA "/../schema/README.md");
  text.erase(0, text.find("## The digests"));
  for (std::size_t i = 0; i <= which; ++i) text.erase(0, text.find("```sh\n") + 6);
  REQUIRE(text.starts_with("sqlite3 -readonly -batch -noheader -list netmon.db"));
  text.erase(text.find("```"));
  const auto replace_all = [&](const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  };
  replace_all("17", fmt::format("{}", id));
  replace_all("netmon.db", "'" + database.string() + "'");
  return text;
}

std::string documented_sha256(Documented which, const std::filesystem::path& database,
                              std::int64_t id) {
  return "sha256:" + output_of(documented(which, database, id)).substr(0, 64);
}

TEST_CASE("a row is digested as json_array() writes it") {
  SQLite::Database database(":memory:");
  std::string every_byte;
  for (int byte = 1; byte < 128; ++byte) every_byte.push_back(static_cast<char>(byte));
  const std::string with_nul{"a\0b", 3};
  const std::string long_text(100'000, '\x01');
  for (const std::string& text : {std::string(), std::string("tcp"), every_byte, with_nul,
                                  long_text, std::string("\xc3\xa4\xf0\x9d\x84\x9e")}) {
    for (const std::int64_t integer : {std::int64_t{0}, std::numeric_limits<std::int64_t>::min(),
                                       std::numeric_limits<std::int64_t>::max()}) {
      SQLite::Statement json(database, "SELECT json_array('socket', ?, NULL, ?)");
      json.bind(1, integer);
      json.bind(2, text);
      REQUIRE(json.executeStep());
      RowDigest digest;
      digest.begin_row("socket");
      digest.add_integer(integer);
      digest.add_null();
      digest.add_text(text);
      digest.end_row();
      CHECK(digest.finish() == sha256sum(json.getColumn(0).getString() + "\n"));
    }
  }
}

// Checks that the documented commands compute the digests that netmon has for these snapshots.
void check_documented(const std::filesystem::path& path, const std::vector<SnapshotInfo>& stored) {
  for (const SnapshotInfo& info : stored) {
    const std::int64_t id = info.id.value();
    CAPTURE(id);
    const auto output = [&](Documented which) { return output_of(documented(which, path, id)); };
    CHECK(documented_sha256(kContent, path, id) == output(kStoredContent));
    CHECK(documented_sha256(kEntry, path, id) == info.digest);
    CHECK(output(kPrinted) == info.digest);
  }
  CHECK(output_of(documented(kBrokenEntries, path, 1)) == "");
}

std::vector<SnapshotInfo> infos_of(const Store& store) {
  std::vector<SnapshotInfo> infos;
  for (const SnapshotSummary& summary : store.list()) infos.push_back(summary.info);
  return infos;
}

TEST_CASE("the documented commands compute the digests without netmon") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  std::vector<SnapshotInfo> stored{store.append(small_snapshot("pre-change"))};
  stored.push_back(store.append(full_snapshot("span")));
  for (unsigned seed = 100; seed < 105; ++seed) {
    stored.push_back(store.append(hostile_snapshot(seed)));
  }
  check_documented(path, stored);
}

TEST_CASE("the documented commands compute the digests of imported snapshots") {
  const TempFolder folder;
  auto source = Store::open_for_writing(folder / "source.db");
  source.append(small_snapshot("elsewhere"));
  source.append(full_snapshot("pre-change"));
  source.append(hostile_snapshot(101));
  const Actor actor{.user = {0, "root"}, .netmon_version = "0.1.0"};
  const auto image = source.export_image({2, 3}, {}, actor);
  const auto file = folder / "review.netmon";
  write_file(file, {reinterpret_cast<const char*>(image.data()), image.size()});
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  store.append(small_snapshot("own"));
  store.import_from(file, actor);
  const auto stored = infos_of(store);
  REQUIRE(stored.size() == 3);
  REQUIRE(stored[1].origin->number == 2);
  check_documented(path, stored);
}

TEST_CASE("the documented command holds command lines against their digests") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  Snapshot snapshot = small_snapshot("pre-change");
  snapshot.processes[0].cmdline = "";
  snapshot.processes[1].cmdline = "two\nlines\n";
  snapshot.processes[2].cmdline = "nginx --password=x";
  Store::open_for_writing(path).append(snapshot);
  const std::string command = "{ " + documented(kCommandLines, path, 1) + "} | tr '\\n' ' '";
  CHECK(output_of(command) == "0: OK 1: OK 2: OK ");
  tamper(path, "UPDATE command_line SET text = 'nginx' WHERE process_no = 2");
  CHECK(output_of(command) == "0: OK 1: OK ");
}

TEST_CASE("the documented command finds the entry that does not follow the one before") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  for (int i = 0; i < 4; ++i) store.append(small_snapshot("x"));
  SUBCASE("where one was changed") {
    tamper(path, "UPDATE link SET digest = 'x' WHERE number = 2");
    CHECK(output_of(documented(kBrokenEntries, path, 1)) == "3");
  }
  SUBCASE("where one is missing") {
    tamper(path, "DELETE FROM link WHERE number = 2");
    CHECK(output_of(documented(kBrokenEntries, path, 1)) == "3");
  }
}

}  // namespace
}  // namespace netmon::test
