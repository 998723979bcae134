// Expectations from files: those that the user names, those that went with exported snapshots, and
// the standing ones of this host.
#pragma once

#include <string>
#include <vector>

#include "netmon/core/review/evidence.h"
#include "netmon/core/review/expectations.h"

namespace netmon::cli {

// Reads the rules of `files`, then of /etc/netmon/expect.d/*.toml in the order of their names.
// "db:NAME" is the file of that name in the database (`db_option`: the value of --db, or "").
// Throws Error, naming the file, for one that is missing, too large, or no regular file. A standing
// file must be root's and writable by nobody else, or it would let others approve; and it has no
// ticket.
Expectations read_expectations(const std::vector<std::string>& files, const std::string& db_option);

// A file of expected changes, to go with exported snapshots. Throws Error for a wrong one.
Document read_document(const std::string& path);

}  // namespace netmon::cli
