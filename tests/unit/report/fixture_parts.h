// Parts from which the fixtures are made.
#pragma once

#include <string>
#include <string_view>

#include "netmon/core/model/snapshot.h"

namespace netmon::fixture {

Timestamp at(std::string_view text);
Endpoint endpoint(std::string_view address, std::uint16_t port);

// The metadata of a snapshot that root took of host db1.
SnapshotInfo info(std::int64_t id, std::string label, std::string_view taken);

}  // namespace netmon::fixture
