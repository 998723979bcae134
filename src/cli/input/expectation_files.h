// Reads expectations from files: those that the user names, those that came with exported
// snapshots, and the standing ones of this host.
#pragma once

#include <string>
#include <vector>

#include "netmon/core/review/evidence.h"
#include "netmon/core/review/expectations.h"

namespace netmon::cli {

// Reads the rules of `files`, then of /etc/netmon/expect.d/*.toml in the order of their names.
// "db:NAME" is the file of that name in the database (`db_option`: the value of --db, or "").
// Throws Error, naming the file, for one that is missing, too large, or no regular file. A standing
// file must belong to root and be writable by nobody else, because others could otherwise approve
// changes; and it must have no ticket.
Expectations read_expectations(const std::vector<std::string>& files, const std::string& db_option);

// Reads a file of expected changes that is to go with exported snapshots. Throws Error for an
// invalid one.
Document read_document(const std::string& path);

}  // namespace netmon::cli
