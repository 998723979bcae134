// What a table shows about a socket, one column per fact.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"
#include "netmon/report/columns.h"

namespace netmon {

// The columns of a table of sockets: role, protocol, local and remote end, state, process, …
std::span<const Column> socket_columns();

// The texts of one row, a cell for each column; not yet escaped. A cell is "" where it would be the
// same for every socket: the scope where everything is the host's. `accepting` is the process that
// listens on the port of a connection that nobody has accepted yet; else null.
std::vector<std::string> socket_cells(const Snapshot& snapshot, const Socket& socket,
                                      const std::optional<Role>& role, const Process* accepting);

// The rank of a role in a table, from 0: what a reviewer reads first comes first.
int rank_of(const std::optional<Role>& role);

}  // namespace netmon
