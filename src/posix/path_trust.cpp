#include "netmon/posix/path_trust.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "netmon/core/values/error.h"
#include "posix/path_walk.h"

namespace netmon {

namespace fs = std::filesystem;

Trust trust_needed_for_writing() { return ::geteuid() == 0 ? Trust::root_only : Trust::anyone; }

fs::path resolve_path(const fs::path& path, Trust trust) {
  return walk_path(path, trust, path.string()).resolved;
}

void require_writable_by_root(const fs::path& path, const fs::path& resolved) {
  struct stat file {};
  const bool exists = ::lstat(resolved.c_str(), &file) == 0;
  if (!exists && errno != ENOENT) throw SystemError(path.string(), errno);
  if (exists && !S_ISREG(file.st_mode)) return;  // refused where it is opened
  if (exists && !is_trusted(file.st_uid)) {
    throw Error(path.string(),
                fmt::format("belongs to user {}, so root does not write to it", file.st_uid));
  }
  // SQLite trusts the files next to the database: it rolls a journal back into it. In a sticky
  // folder such as /tmp others cannot remove root's journal, but they can create one.
  for (const char* suffix : {"-journal", "-wal", "-shm"}) {
    struct stat neighbour {};
    const fs::path name = resolved.string() + suffix;
    if (::lstat(name.c_str(), &neighbour) != 0 || is_trusted(neighbour.st_uid)) continue;
    throw Error(path.string(),
                fmt::format("{} next to it belongs to user {}, who may have planted it",
                            name.string(), neighbour.st_uid));
  }
}

}  // namespace netmon
