// Where a path leads, and whether another user could make it lead elsewhere.
#pragma once

#include <filesystem>

namespace netmon {

// The components of a path that are looked at.
enum class Trust {
  anyone,      // all
  root_links,  // symbolic links only where they are root's
  // Only what nobody but root can redirect: every symbolic link is root's, and so is every folder,
  // which no one else may change. A sticky one, such as /tmp, may be written by others where what
  // is gone through is root's.
  root_only,
};

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
