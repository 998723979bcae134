// Opens a database that somebody has written into. Input: patches (patches.h) of a database with
// three snapshots.
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/review/review.h"
#include "netmon/core/values/error.h"
#include "netmon/report/report.h"
#include "netmon/store/store.h"
#include "support/check.h"
#include "support/patches.h"
#include "support/snapshots.h"
#include "support/temp_folder.h"

namespace netmon {
namespace {

using fuzz::require;

std::string sound_database() {
  const auto path = fuzz::temp_folder() / "sound.db";
  {
    Store store = Store::open_for_writing(path);
    for (unsigned seed = 1; seed <= 3; ++seed) {
      const Snapshot snapshot = fuzz::sample(seed);
      store.append(snapshot, {{FileVersion{1, seed, 3, 4, 5}, {std::string(64, 'a'), "python"}}});
    }
    (void)store.history({});  // makes the index, so that it can be damaged
  }
  return fuzz::read_file(path);
}

// Does what a command does; it either works or says what is wrong.
template <typename Work>
void attempt(Work work) {
  fuzz::accepted<Error>(work);
}

void read_everything(const Store& store) {
  std::vector<Snapshot> loaded;
  for (std::int64_t id = 1; id <= 4; ++id) {
    attempt([&] { loaded.push_back(store.load(id)); });
    if (!loaded.empty())
      require(fuzz::is_consistent(loaded.back()), "what is loaded is a snapshot");
  }
  attempt([&] { render_csv(store.list()); });
  attempt([&] { return store.executables(); });
  attempt([&] { return store.resolve(parse_revision("nginx~1"), ""); });
  attempt([&] { return store.resolve(parse_revision("@2026-03-02@db1"), "m1"); });
  attempt([&] { render_json(store.history({.process = "nginx"})); });
  if (loaded.size() < 2) return;
  const Snapshot& before = loaded.front();
  const Snapshot& after = loaded.back();
  Comparison comparison = diff(before, after);
  attempt([&] { return store.past_of(comparison.changes, after.info, &before); });
  render_json(review(std::move(comparison)));
  render_csv(after, {});
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using netmon::Store;
  namespace fs = std::filesystem;
  static const std::string sound = netmon::sound_database();
  FuzzedDataProvider input(data, size);
  const bool write = input.ConsumeBool();
  const fs::path path = netmon::fuzz::temp_folder() / "patched.db";
  netmon::fuzz::write_file(path, netmon::fuzz::patched(sound, input));
  netmon::attempt([&] {
    Store store = write ? Store::open_for_writing(path) : Store::open_for_reading(path);
    netmon::read_everything(store);
    if (write) store.append(netmon::fuzz::sample(4));
  });
  for (const char* const beside : {"patched.db-journal", "patched.db-wal", "patched.db-shm"}) {
    fs::remove(netmon::fuzz::temp_folder() / beside);
  }
  return 0;
}
