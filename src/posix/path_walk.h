// Follows a path that root may have to trust, one name at a time and from descriptor to descriptor,
// so nothing can be replaced between the check and its use.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "netmon/posix/fd.h"
#include "netmon/posix/path_trust.h"

namespace netmon {

struct WalkedPath {
  Fd last;  // O_PATH; the whole path, or its last existing folder
  std::filesystem::path
      resolved;             // absolute and without symbolic links; missing components as written
  bool is_missing = false;  // the last components do not exist
};

// Throws Error with the subject `subject` for a path that may not be trusted (path_trust.h) or
// cannot be looked up.
WalkedPath walk_path(const std::filesystem::path& path, Trust trust, std::string subject);

// Whether the user is root or the owner of "/". In a user namespace the real root has no number of
// its own, and whoever owns "/" can redirect every path anyway.
bool is_trusted(uid_t uid);

}  // namespace netmon
