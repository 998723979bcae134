// Which installed package a file belongs to, on this host and now: no part of a snapshot.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

namespace netmon {

// An executable as a snapshot has it.
struct RecordedFile {
  std::string path;
  std::string sha256;  // 64 lowercase hexadecimal digits

  auto operator<=>(const RecordedFile&) const = default;
};

// By file: "nginx-core 1.22.1-9+deb12u2", of those that dpkg(1) lists as installed and whose path
// leads to the recorded content now: a path alone may be another file's, in a mount namespace or
// since. Reads dpkg's database below `root` ("" on a real host) and starts no program; a host
// without one gives nothing. Of what dpkg lists, 512 MiB are read at most; the rest gives nothing.
std::map<RecordedFile, std::string> packages_of(const std::vector<RecordedFile>& files,
                                                const std::string& root = "");

// /etc/machine-id of this host; "" where there is none.
std::string this_machine_id();

}  // namespace netmon
