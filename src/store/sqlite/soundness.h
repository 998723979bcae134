// What must be sound before it is transferred or taken out.
#pragma once

#include <cstdint>

#include "netmon/core/review/evidence.h"
#include "store/rows/snapshot_copy.h"

namespace netmon {

// These throw Error with ExitCode::integrity, naming the first flaw.

// Checks all of the database, and its schema to the letter.
void require_sound_database(const Source& source, const Progress& progress);

// The chains, whatever became of triggers and views.
void require_sound_chains(const Source& source);

// The rows of one snapshot.
void require_sound_rows(const Source& source, std::int64_t id);

}  // namespace netmon
