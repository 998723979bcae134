// Snapshots out of the bytes of a fuzz input: valid in their indexes, hostile in all else.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <string>

#include "netmon/core/model/snapshot.h"

namespace netmon::fuzz {

// Which moments a snapshot may hold: those that text can name, years 0000 to 9999.
Timestamp arbitrary_timestamp(FuzzedDataProvider& input);

// As a capture leaves it: any bytes, through sanitize(). Within the shortest of its bounds.
std::string arbitrary_text(FuzzedDataProvider& input);

Snapshot arbitrary_snapshot(FuzzedDataProvider& input);

// What every user of a snapshot relies on; false where an index leads nowhere.
bool is_consistent(const Snapshot& snapshot);

// Fills in all that the capture did not see, so that nothing can have happened unseen.
void see_everything(Snapshot& snapshot);

}  // namespace netmon::fuzz
