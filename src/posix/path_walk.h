// The one way to follow a path that root may have to trust: name by name, from descriptor to
// descriptor, so that nothing that was looked at can be exchanged before it is gone through.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "netmon/posix/fd.h"
#include "netmon/posix/path_trust.h"

namespace netmon {

struct WalkedPath {
  Fd last;  // what exists of it, O_PATH: all of it, or the folder of the rest
  std::filesystem::path
      resolved;             // absolute and without symbolic links; the rest as it was written
  bool is_missing = false;  // there is a rest, which does not exist
};

// Throws Error, its subject as given, for what may not be trusted (path_trust.h) or looked up.
WalkedPath walk_path(const std::filesystem::path& path, Trust trust, std::string subject);

// Root, and the owner of "/": in a user namespace the real root has no number of its own, and
// whoever owns "/" can redirect every path anyway.
bool is_trusted(uid_t uid);

}  // namespace netmon
