// A snapshot's metadata in words.
#pragma once

#include <string>

#include "netmon/model.h"

namespace netmon {

// "pre-change (#17)"; "(captured now)" and "(empty)" for what is not stored.
std::string snapshot_name(const SnapshotInfo& info);

// False for @empty, which was never taken: its times mean nothing.
bool was_taken(const SnapshotInfo& info);

// "root", "root (sudo: alice, login: alice)".
std::string captured_by(const SnapshotInfo& info);

}  // namespace netmon
