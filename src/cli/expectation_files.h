// Expectations from files: those that the user names, and the standing ones of this host.
#pragma once

#include <string>
#include <vector>

#include "netmon/expectations.h"

namespace netmon::cli {

// Of `files`, then of /etc/netmon/expect.d/*.toml in the order of their names. Throws Error, naming
// the file, for one that is missing, too large, or no regular file. A standing file must be root's
// and writable by nobody else, or it would let others approve; and it has no ticket.
Expectations read_expectations(const std::vector<std::string>& files);

}  // namespace netmon::cli
