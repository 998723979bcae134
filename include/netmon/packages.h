// Which installed package a file belongs to, on this host and now: no part of a snapshot.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace netmon {

// By path: "nginx-core 1.22.1-9+deb12u2", of those that dpkg(1) lists as installed. Reads dpkg's
// database below `root` ("" on a real host) and starts no program; a host without one gives
// nothing.
std::map<std::string, std::string> packages_of(const std::vector<std::string>& paths,
                                               const std::string& root = "");

// /etc/machine-id of this host; "" where there is none.
std::string this_machine_id();

}  // namespace netmon
