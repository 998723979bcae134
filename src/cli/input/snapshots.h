// Gets snapshots by their revision, stored or captured.
#pragma once

#include <optional>
#include <string>

#include "netmon/core/model/revision.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/linux/capture.h"

namespace netmon::cli {

// The options of a capture that is not stored. It uses BPF where that works.
CaptureOptions live_capture();

// The revision of a snapshot that is stored. Throws Error for @now and @empty.
Revision stored_revision(const std::string& text);

// A snapshot that is captured now where the revision is @now; absent for any other revision.
// `db_option` is as in load_snapshot().
std::optional<Snapshot> captured_snapshot(const std::string& db_option, const Revision& revision);

// The snapshot that is stored, captured now or empty. `db_option` is the value of --db, or "".
// Throws Error naming the revision or the database.
Snapshot load_snapshot(const std::string& db_option, const Revision& revision);

}  // namespace netmon::cli
