// Imports a file that somebody has written into. Input: patches (patches.h) of an exported file
// with two snapshots and a document. Its identifiers are random and differ from run to run, but the
// layout of the file does not.
#include <string>
#include <vector>

#include "netmon/core/values/error.h"
#include "netmon/store/store.h"
#include "support/check.h"
#include "support/patches.h"
#include "support/temp_folder.h"

namespace netmon {
namespace {

using fuzz::require;

Actor somebody() { return {.user = {1000, "somebody"}, .at = Timestamp{}, .netmon_version = "1"}; }

std::string empty_database() {
  const auto path = fuzz::temp_folder() / "empty.db";
  { Store::open_for_writing(path); }
  return fuzz::read_file(path);
}

std::string exported_file() {
  Store store = Store::open_for_writing(fuzz::temp_folder() / "sound.db");
  for (unsigned seed = 1; seed <= 3; ++seed) store.append(fuzz::sample(seed));
  const Document document{DocumentKind::expectations, "CHG-1.toml", "", "ticket = 'CHG-1'"};
  const auto image = store.export_image({1, 3}, {document}, somebody());
  return {reinterpret_cast<const char*>(image.data()), image.size()};
}

void import_file(const std::filesystem::path& database, const std::filesystem::path& file) {
  Store store = Store::open_for_writing(database);
  std::vector<ImportedSnapshot> imported;
  fuzz::accepted<Error>([&] { imported = store.import_from(file, somebody()); });
  require(store.list().size() == imported.size(), "a file is stored whole or not at all");
  for (const ImportedSnapshot& one : imported) {
    require(fuzz::is_consistent(store.load(one.id)), "what is loaded is a snapshot");
  }
  require(store.documents().size() <= 1, "no more documents than the file has");
  const Verification found = store.verify({});
  require(found.rows.empty() && found.schema.empty() && found.chain.empty(),
          "whatever was stored verifies");
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fs = std::filesystem;
  static const std::string empty = netmon::empty_database();
  static const std::string sound = netmon::exported_file();
  FuzzedDataProvider input(data, size);
  const fs::path database = netmon::fuzz::temp_folder() / "netmon.db";
  const fs::path file = netmon::fuzz::temp_folder() / "review.netmon";
  netmon::fuzz::write_file(database, empty);
  netmon::fuzz::write_file(file, netmon::fuzz::patched(sound, input));
  netmon::import_file(database, file);
  for (const char* const beside : {"review.netmon-journal", "review.netmon-wal"}) {
    fs::remove(netmon::fuzz::temp_folder() / beside);
  }
  return 0;
}
