// What the fixtures are made of.
#pragma once

#include <string>
#include <string_view>

#include "netmon/core/model/snapshot.h"

namespace netmon::fixture {

Timestamp at(std::string_view text);
Endpoint endpoint(std::string_view address, std::uint16_t port);

// Of a snapshot of host db1 by root.
SnapshotInfo info(std::int64_t id, std::string label, std::string_view taken);

}  // namespace netmon::fixture
