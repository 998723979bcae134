// Whatever is stored is read back. Input: the bytes for two snapshots (snapshots.h).
#include "netmon/store/store.h"

#include <algorithm>
#include <string>
#include <vector>

#include "netmon/core/places/identity.h"
#include "support/check.h"
#include "support/snapshots.h"
#include "support/temp_folder.h"

namespace netmon {
namespace {

using fuzz::require;

// An empty database is made once and copied, because copying is faster.
std::string empty_database() {
  const auto path = fuzz::temp_folder() / "empty.db";
  { Store::open_for_writing(path); }
  return fuzz::read_file(path);
}

void check_snapshot(Store& store, Snapshot snapshot, std::int64_t id) {
  snapshot.info = store.append(snapshot);
  require(snapshot.info.id == id, "snapshots are numbered one by one");
  require(store.load(id) == snapshot, "what is stored is read back");
  require(store.list().back().info == snapshot.info, "and listed");
  for (const Identity& identity : identities_of(snapshot)) {
    if (identity.program.empty()) continue;
    const auto found = store.history({.process = identity.program});
    require(std::ranges::any_of(found, [&](const Appearance& a) { return a.last_snapshot == id; }),
            "history has seen it");
  }
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string empty = netmon::empty_database();
  FuzzedDataProvider input(data, size);
  const auto path = netmon::fuzz::temp_folder() / "netmon.db";
  netmon::fuzz::write_file(path, empty);
  auto store = netmon::Store::open_for_writing(path);
  netmon::check_snapshot(store, netmon::fuzz::arbitrary_snapshot(input), 1);
  netmon::check_snapshot(store, netmon::fuzz::arbitrary_snapshot(input), 2);
  return 0;
}
