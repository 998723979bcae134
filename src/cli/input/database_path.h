// The path of this user's database.
#pragma once

#include <filesystem>
#include <string>

namespace netmon::cli {

// --db, else NETMON_DB, else /var/lib/netmon/netmon.db for root, else
// $XDG_STATE_HOME/netmon/netmon.db. Without HOME the home is that of the password database.
std::filesystem::path database_path(const std::string& option);

// The same, for a command that reads: an ordinary user who has no database while root keeps one
// is told so, with the command that reads it.
std::filesystem::path existing_database_path(const std::string& option);

// The command that runs, for root: "sudo netmon diff pre-change post-change".
std::string command_for_root();

}  // namespace netmon::cli
