// Users that /etc/passwd does not have: those of a directory (LDAP, SSSD), and systemd's dynamic
// ones. The name service switch knows them, nsswitch.conf(5), and may ask the network.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// Whether nsswitch.conf(5) names a source of users beyond files. Pure.
bool names_directory(std::string_view nsswitch);

// How long a capture waits for the directory, all users together.
inline constexpr std::chrono::milliseconds kDirectoryLimit{1000};

struct DirectoryAnswer {
  std::map<std::uint32_t, std::string> names;
  std::size_t unanswered = 0;  // uids that were not looked up; one that nobody has is answered
  std::string reason;          // why
};

// Asks for the names of `uids` with getpwuid_r(3), in a process of its own that has no privileges
// and is killed when the time is over: a server that does not answer, or a module that crashes,
// must not cost the capture. No other thread may run. Asks nobody where /etc/nsswitch.conf names no
// directory, nor from a static program.
DirectoryAnswer ask_directory(const std::set<std::uint32_t>& uids, std::chrono::milliseconds limit);

// Gives the users of a snapshot that have but a number the name that the directory has for it, and
// notes a gap where it did not answer in time.
void name_directory_users(Snapshot& snapshot);

}  // namespace netmon
