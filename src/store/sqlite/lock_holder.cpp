#include "store/sqlite/lock_holder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>

#include "netmon/core/values/text.h"

namespace netmon {
namespace {

struct LockRange {
  off_t start;
  off_t length;
};

// SQLite's lock bytes (os.h, "Lock protocol"), the most informative first: RESERVED is held by the
// writer, PENDING by a writer that waits for readers, SHARED by readers.
constexpr off_t kPendingByte = 0x40000000;
constexpr std::array kLockRanges{LockRange{kPendingByte + 1, 1}, LockRange{kPendingByte, 1},
                                 LockRange{kPendingByte + 2, 510}};

pid_t holder_of(int descriptor, const LockRange& range) {
  struct flock lock {};
  lock.l_type = F_WRLCK;  // conflicts with every lock
  lock.l_whence = SEEK_SET;
  lock.l_start = range.start;
  lock.l_len = range.length;
  if (::fcntl(descriptor, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid;
}

std::string describe_process(pid_t pid) {
  std::string name;
  std::ifstream comm(fmt::format("/proc/{}/comm", pid));
  if (!std::getline(comm, name) || name.empty()) name = "a process";
  return fmt::format("{} (pid {})", escape_controls(sanitize(name)), pid);
}

}  // namespace

int lock_failure(const std::filesystem::path& database) {
  const int descriptor = ::open(database.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return 0;
  struct flock lock {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kPendingByte;
  lock.l_len = 1;
  const int error = ::fcntl(descriptor, F_GETLK, &lock) == 0 ? 0 : errno;
  ::close(descriptor);
  return error;
}

std::optional<std::string> lock_holder(const std::filesystem::path& database) {
  const int descriptor = ::open(database.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return std::nullopt;
  pid_t pid = 0;
  for (const LockRange& range : kLockRanges) {
    pid = holder_of(descriptor, range);
    if (pid > 0) break;
  }
  ::close(descriptor);
  if (pid <= 0) return std::nullopt;
  return describe_process(pid);
}

}  // namespace netmon
