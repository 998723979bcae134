#include "store/sqlite/database_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "netmon/core/values/error.h"
#include "netmon/posix/path_trust.h"

namespace netmon {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr off_t kSmallestDatabase = 512;  // smallest page size; SQLite treats less as empty

// The status of a regular file. It must not be opened for this, because closing it would drop the
// locks that another connection of this process holds on it (fcntl(2), "Record locking").
struct stat require_regular_file(const fs::path& path, const fs::path& resolved) {
  struct stat status {};
  if (::stat(resolved.c_str(), &status) != 0) throw SystemError(path.string(), errno);
  if (S_ISDIR(status.st_mode)) throw Error(path.string(), "is a directory");
  if (!S_ISREG(status.st_mode)) throw Error(path.string(), "is not a regular file");
  return status;
}

void require_access(const fs::path& path, const fs::path& resolved, int mode) {
  if (::faccessat(AT_FDCWD, resolved.c_str(), mode, AT_EACCESS) != 0) {
    throw SystemError(path.string(), errno);
  }
}

// The mode is set again because the caller's umask may have cleared bits of it.
void make_folders(const fs::path& path, const fs::path& folder) {
  struct stat status {};
  if (::lstat(folder.c_str(), &status) == 0) return;
  make_folders(path, folder.parent_path());
  if (::mkdir(folder.c_str(), kFolderMode) == 0) {
    if (::chmod(folder.c_str(), kFolderMode) == 0) return;
  } else if (errno == EEXIST) {
    return;
  }
  throw SystemError(path.string(), errno);
}

// Returns false where the file exists.
bool make_file(const fs::path& path, const fs::path& resolved) {
  const int descriptor =
      ::open(resolved.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode);
  if (descriptor < 0) {
    if (errno == EEXIST) return false;
    throw SystemError(path.string(), errno);
  }
  const int error_number = ::fchmod(descriptor, kFileMode) == 0 ? 0 : errno;
  ::close(descriptor);
  if (error_number != 0) throw SystemError(path.string(), error_number);
  return true;
}

}  // namespace

fs::path existing_file(const fs::path& path) {
  fs::path resolved = resolve_path(path, Trust::anyone);
  struct stat status {};
  if (::stat(resolved.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
    throw Error(path.string(), "no such database");
  }
  if (require_regular_file(path, resolved).st_size < kSmallestDatabase) {
    throw Error(path.string(), "is not a netmon database");
  }
  require_access(path, resolved, R_OK);
  return resolved;
}

fs::path writable_file(const fs::path& path) {
  const Trust trust = trust_needed_for_writing();
  fs::path resolved = resolve_path(path, trust);
  make_folders(path, resolved.parent_path());
  resolved = resolve_path(path, trust);  // a folder of another user may have appeared
  if (trust == Trust::root_only) require_writable_by_root(path, resolved);
  if (make_file(path, resolved)) return resolved;

  const struct stat status = require_regular_file(path, resolved);
  const bool may_become_one = status.st_size == 0 && status.st_uid == ::geteuid();
  if (status.st_size < kSmallestDatabase && !may_become_one) {
    throw Error(path.string(), "is not a netmon database");
  }
  require_access(path, resolved, R_OK | W_OK);
  return resolved;
}

}  // namespace netmon
