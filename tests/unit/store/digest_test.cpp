#include "store/digest.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdio>
#include <limits>

#include "fixtures.h"
#include "netmon/store.h"

namespace netmon::test {
namespace {

// What a shell command prints, without the line feed at its end.
std::string output_of(const std::string& command) {
  std::string output;
  // What is documented is a shell command. NOLINTNEXTLINE(cert-env33-c)
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

// The command of schema/README.md, for another file and another number.
std::string documented_command(const std::filesystem::path& database, std::int64_t id) {
  std::string command = read_file(NETMON_TEST_DATA "/../schema/README.md");
  command.erase(0, command.find("sqlite3 -readonly -batch"));
  command.erase(command.find("```"));
  const auto replace_all = [&](const std::string& from, const std::string& to) {
    for (auto at = command.find(from); at != std::string::npos;
         at = command.find(from, at + to.size())) {
      command.replace(at, from.size(), to);
    }
  };
  replace_all("netmon.db", "'" + database.string() + "'");
  replace_all("id = 17", fmt::format("id IN ({})", id));
  return command;
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

TEST_CASE("the documented command computes the digest without netmon") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  std::vector<SnapshotInfo> stored{store.append(small_snapshot("pre-change"))};
  stored.push_back(store.append(full_snapshot("span")));
  for (unsigned seed = 100; seed < 105; ++seed) {
    stored.push_back(store.append(hostile_snapshot(seed)));
  }
  for (const SnapshotInfo& info : stored) {
    CAPTURE(info.id.value());
    const std::string line = output_of(documented_command(path, info.id.value()));
    CHECK("sha256:" + line.substr(0, 64) == info.digest);
  }
}

}  // namespace
}  // namespace netmon::test
