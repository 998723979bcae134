// The path of this user's database.
#pragma once

#include <filesystem>
#include <string>

namespace netmon::cli {

// The value of --db, or else of NETMON_DB, or else /var/lib/netmon/netmon.db for root and
// $XDG_STATE_HOME/netmon/netmon.db for others. Without HOME, the password database gives the home.
std::filesystem::path database_path(const std::string& option);

// The same, for a command that reads. Throws Error for an ordinary user who has no database while
// root has one; the message names the command that reads root's.
std::filesystem::path existing_database_path(const std::string& option);

// The command line of this process, as root would run it: "sudo netmon diff pre-change
// post-change".
std::string command_for_root();

}  // namespace netmon::cli
