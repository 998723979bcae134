#include "store/rows/executable_cache.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fixtures.h"
#include "netmon/store/store.h"

namespace netmon::test {
namespace {

std::string sha256(unsigned number) { return fmt::format("{:064x}", number); }

FileContent known(unsigned number) { return {.sha256 = sha256(number), .interpreter = ""}; }

FileVersion version(std::uint64_t inode) {
  return {.device = 0xffffffffffffffff,
          .inode = inode,
          .size_bytes = 7,
          .changed_ns = -1,
          .born_ns = 5};
}

TEST_CASE("digests of executables are remembered with the snapshot") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  CHECK(store.executables().empty());
  const ExecutableDigests first{{version(1), known(1)}, {version(2), known(2)}};
  store.append(small_snapshot("a"), first);
  CHECK(store.executables() == first);
  store.append(small_snapshot("b"), {{version(3), known(3)}});
  store.append(small_snapshot("c"));
  CHECK(Store::open_for_reading(path).executables() ==
        ExecutableDigests{{version(1), known(1)}, {version(2), known(2)}, {version(3), known(3)}});
}

TEST_CASE("each part of a file's version tells it from another") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  FileVersion other = version(1);
  SUBCASE("device") { other.device = 1; }
  SUBCASE("inode") { other.inode = 2; }
  SUBCASE("size") { other.size_bytes = 8; }
  SUBCASE("change time") { other.changed_ns = 0; }
  SUBCASE("birth time") { other.born_ns = 6; }
  const ExecutableDigests both{{version(1), known(1)}, {other, known(2)}};
  store.append(small_snapshot("a"), both);
  CHECK(store.executables() == both);
}

TEST_CASE("a digest that was computed anew replaces the one remembered") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  store.append(small_snapshot("a"), {{version(1), known(1)}});
  store.append(small_snapshot("b"), {{version(1), known(2)}});
  CHECK(store.executables() == ExecutableDigests{{version(1), known(2)}});
}

TEST_CASE("which interpreter an executable is, is remembered with its digest") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  ExecutableDigests python{{version(1), {.sha256 = sha256(1), .interpreter = "python"}}};
  store.append(small_snapshot("a"), python);
  CHECK(store.executables() == python);
  python.begin()->second.interpreter = "";
  store.append(small_snapshot("b"), python);
  CHECK(store.executables() == python);
}

TEST_CASE("the oldest digests are forgotten") {
  const TempFolder folder;
  auto store = Store::open_for_writing(folder / "netmon.db");
  store.append(small_snapshot("a"), {{version(1), known(1)}});
  ExecutableDigests many;
  for (unsigned i = 2; i < 2 + kMaxExecutables; ++i) many.emplace(version(i), known(i));
  store.append(small_snapshot("b"), many);
  CHECK(store.executables() == many);
}

TEST_CASE("what cannot be a digest is not used") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  store.append(small_snapshot("a"), {{version(1), known(1)}, {version(2), known(2)}});
  for (const std::string& bad : {std::string(), sha256(1) + "0", std::string(64, 'A')}) {
    execute(path, fmt::format("UPDATE executable_digest SET sha256 = '{}' WHERE inode = 1", bad));
    CHECK(store.executables() == ExecutableDigests{{version(2), known(2)}});
  }
}

TEST_CASE("what is remembered is no part of the evidence") {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  store.append(small_snapshot("a"), {{version(1), known(1)}});
  execute(path, "DELETE FROM executable_digest");
  CHECK(store.load(1).info.label == "a");
}

}  // namespace
}  // namespace netmon::test
