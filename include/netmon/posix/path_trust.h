// Where a path leads, and whether another user could make it lead elsewhere.
#pragma once

#include <filesystem>

namespace netmon {

// Which symbolic links and folders a path may go through.
enum class Trust {
  anyone,      // any
  root_links,  // symbolic links only if they belong to root
  // Only what nobody but root can redirect: every symbolic link and every folder belongs to root,
  // and nobody else may write to the folder. A sticky folder, such as /tmp, may be writable by
  // others if the next component belongs to root. The owner of "/" counts as root.
  root_only,
};

// The trust that this process needs before it writes a file.
Trust trust_needed_for_writing();

// Returns `path` as an absolute path without symbolic links. Components that do not exist are kept
// as written. Throws Error with the subject `path` where the path is not trusted or cannot be
// looked up.
std::filesystem::path resolve_path(const std::filesystem::path& path, Trust trust);

// Throws Error unless root may write the file `resolved`, which need not exist: it must belong to
// root, and nobody else may have planted a rollback journal next to it.
void require_writable_by_root(const std::filesystem::path& path,
                              const std::filesystem::path& resolved);

}  // namespace netmon
