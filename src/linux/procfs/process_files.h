// Files by the names that they have in a process's own root. All here is hostile: links, devices
// and pipes are in the hands of whoever runs the process.
#pragma once

#include <string>
#include <string_view>

#include "linux/procfs/files.h"

namespace netmon {

// `process` is an open /proc/PID in all that follows.

// What `path`, absolute in the process's root, leads to; no link leads out of that root. Opened
// with O_PATH: nothing is set to work.
OpenResult open_in_root(int process, const std::string& path);

// The absolute path, in the process's root, of what the process calls `name`: a relative one begins
// in its working directory. "." and ".." are as they were given.
std::string path_in_root(int process, std::string_view name);

// The same path without ".", ".." and repeated "/"; where a folder is a link it may be another one.
std::string plain_path(std::string_view path);

// Whether root alone can put another file at `path`, absolute in the process's root and without
// links, or write to the one that is there, which is the one of `status`.
bool is_protected(int process, const std::string& path, const FileStatus& status);

}  // namespace netmon
