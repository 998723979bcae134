// Names of users that /etc/passwd does not have: users of a directory (LDAP, SSSD) and systemd's
// dynamic users. The name service switch, nsswitch.conf(5), knows them and may ask the network.
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

// How long a capture waits for the directory's answers to all lookups together.
inline constexpr std::chrono::milliseconds kDirectoryLimit{1000};

struct DirectoryAnswer {
  std::map<std::uint32_t, std::string> names;
  std::size_t unanswered = 0;  // uids without an answer; "no such user" is an answer
  std::string reason;          // why there are some
};

// Asks for the names of `uids` with getpwuid_r(3), in a child process that has no privileges and is
// killed when `limit` is over: a server that does not answer, or a module that crashes, must not
// make the capture fail. No other thread may run during the call. Nothing is asked where
// /etc/nsswitch.conf names no directory, or where this program is linked statically.
DirectoryAnswer ask_directory(const std::set<std::uint32_t>& uids, std::chrono::milliseconds limit);

// Names the users of a snapshot that are known only by number as the directory names them, and adds
// a gap for those that it did not answer in time.
void name_directory_users(Snapshot& snapshot);

}  // namespace netmon
