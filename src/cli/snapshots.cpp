#include "cli/snapshots.h"

#include <variant>

#include "cli/database_path.h"
#include "netmon/capture.h"
#include "netmon/store.h"

namespace netmon::cli {

Snapshot load_snapshot(const std::string& db_option, const Revision& revision) {
  if (std::holds_alternative<EmptyRevision>(revision)) return {};
  if (std::holds_alternative<NowRevision>(revision)) return capture({});
  const Store store = Store::open_for_reading(existing_database_path(db_option));
  return store.load(store.resolve(revision));
}

}  // namespace netmon::cli
