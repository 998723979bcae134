// Snapshots by their revision, wherever they come from.
#pragma once

#include <optional>
#include <string>

#include "netmon/core/model/revision.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/linux/capture.h"

namespace netmon::cli {

// The options of a capture that is not stored: over BPF where that works.
CaptureOptions live_capture();

// The revision of a snapshot that is stored. Throws Error for @now and @empty.
Revision stored_revision(const std::string& text);

// Captured now, where the revision is @now. As load_snapshot().
std::optional<Snapshot> captured_snapshot(const std::string& db_option, const Revision& revision);

// Stored, captured now, or empty. `db_option` is the value of --db, or ""; the database is opened
// only for a revision that names a stored snapshot. Throws Error naming the revision or the
// database.
Snapshot load_snapshot(const std::string& db_option, const Revision& revision);

}  // namespace netmon::cli
