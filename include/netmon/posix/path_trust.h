// Where a path leads, and whether another user could make it lead elsewhere.
#pragma once

#include <filesystem>

namespace netmon {

// `anyone`: no component is refused. `root_only`: only components that nobody but root can
// redirect, that is every folder on the way is root's and no one else may change it (a sticky one,
// such as /tmp, where what is gone through is root's), and every symbolic link is root's.
enum class Trust { anyone, root_only };

// The trust that this process needs before it writes.
Trust trust_needed_for_writing();

// `path` as an absolute path without symbolic links. What is missing is kept as it is written.
// Throws Error, its subject `path`, for what may not be trusted or looked up.
std::filesystem::path resolve_path(const std::filesystem::path& path, Trust trust);

// Throws Error unless root may write the file `resolved`, which need not exist: it must be root's,
// and nobody else may have planted a rollback journal beside it.
void require_writable_by_root(const std::filesystem::path& path,
                              const std::filesystem::path& resolved);

}  // namespace netmon
