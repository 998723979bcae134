// Snapshots by their revision, wherever they come from.
#pragma once

#include <optional>
#include <string>

#include "netmon/model.h"
#include "netmon/revision.h"
#include "netmon/store.h"

namespace netmon::cli {

class SnapshotSource {
 public:
  // `db_option` is the value of --db, or "". The database is opened when it is first needed.
  explicit SnapshotSource(std::string db_option) : db_option_(std::move(db_option)) {}

  // Throws Error naming the revision, or the database.
  Snapshot load(const Revision& revision);

 private:
  std::string db_option_;
  std::optional<Store> store_;
};

}  // namespace netmon::cli
