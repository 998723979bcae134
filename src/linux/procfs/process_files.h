// Finds files by the names that they have in a process's own root. Everything there may be hostile:
// whoever runs the process controls its links, devices and pipes.
#pragma once

#include <string>
#include <string_view>

#include "linux/procfs/files.h"

namespace netmon {

// In all functions below `process` is an open /proc/PID.

// Opens `path`, which is absolute in the process's root; no link leads out of that root. It is
// opened with O_PATH, so that a device or pipe is not started.
OpenResult open_in_root(int process, const std::string& path);

// The absolute path, in the process's root, of the file that the process calls `name`. A relative
// name begins in its working directory. "." and ".." are kept.
std::string path_in_root(int process, std::string_view name);

// The path without ".", ".." and repeated "/". Where a folder is a link, it may lead to another
// file.
std::string plain_path(std::string_view path);

// Whether only root can replace the file at `path` or write to it, and it is the file of `status`.
// `path` is absolute in the process's root and must have no links in it.
bool is_protected(int process, const std::string& path, const FileStatus& status);

}  // namespace netmon
