#include "cli/snapshots.h"

#include "cli/database_path.h"
#include "netmon/capture.h"

namespace netmon::cli {

Snapshot SnapshotSource::load(const Revision& revision) {
  if (std::holds_alternative<EmptyRevision>(revision)) return {};
  if (std::holds_alternative<NowRevision>(revision)) return capture({});
  if (!store_) store_ = Store::open_for_reading(existing_database_path(db_option_));
  return store_->load(store_->resolve(revision));
}

}  // namespace netmon::cli
