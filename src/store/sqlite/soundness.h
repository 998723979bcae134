// Requirements for a database before snapshots are transferred or removed.
#pragma once

#include <cstdint>

#include "netmon/core/review/evidence.h"
#include "store/rows/snapshot_copy.h"

namespace netmon {

// These throw Error with ExitCode::integrity that names the first flaw.

// Requires a sound database as a whole, with the exact schema.
void require_sound_database(const Source& source, const Progress& progress);

// Requires sound chains and tables; triggers and views may differ.
void require_sound_chains(const Source& source);

// Requires sound rows of one snapshot.
void require_sound_rows(const Source& source, std::int64_t id);

}  // namespace netmon
