// Makes snapshots from the bytes of a fuzz input. Their indexes are valid; everything else is
// hostile.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <string>

#include "netmon/core/model/snapshot.h"

namespace netmon::fuzz {

// A time that a snapshot may contain: one that text can express, in the years 0000 to 9999.
Timestamp arbitrary_timestamp(FuzzedDataProvider& input);

// Text as a capture stores it: any bytes, after sanitize() with the shortest bound that it uses.
std::string arbitrary_text(FuzzedDataProvider& input);

Snapshot arbitrary_snapshot(FuzzedDataProvider& input);

// Whether the snapshot has what every user of one relies on: false if an index leads nowhere.
bool is_consistent(const Snapshot& snapshot);

// Fills in everything that the capture did not see, so nothing can have happened unseen.
void see_everything(Snapshot& snapshot);

}  // namespace netmon::fuzz
