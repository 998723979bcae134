// Which installed package a file belongs to, on this host and now. It is no part of a snapshot.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

namespace netmon {

// An executable as a snapshot records it.
struct RecordedFile {
  std::string path;
  std::string sha256;  // 64 lowercase hexadecimal digits

  auto operator<=>(const RecordedFile&) const = default;
};

// Maps files to packages such as "nginx-core 1.22.1-9+deb12u2". A file is in the result if dpkg(1)
// lists its path as installed and the file there has the recorded content now: the path alone may
// lead to another file, in a mount namespace or since the capture. Reads dpkg's database below
// `root` ("" on a real host) and starts no program; without a database the result is empty. At most
// 512 MiB of listed files are read; the rest is left out.
std::map<RecordedFile, std::string> packages_of(const std::vector<RecordedFile>& files,
                                                const std::string& root = "");

// /etc/machine-id of this host; "" where there is none.
std::string this_machine_id();

}  // namespace netmon
