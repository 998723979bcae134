#include "linux/procfs/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "netmon/core/values/error.h"

namespace netmon {
namespace {

// The result of an open: `fd`, or errno where it is negative.
OpenResult opened(int fd) {
  if (fd >= 0) return {Fd(fd), 0};
  require_resources(errno);
  return {Fd(), errno};
}

std::int64_t nanoseconds_of(const struct statx_timestamp& time) {
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

void require_resources(int error) {
  if (error == EMFILE || error == ENFILE || error == ENOMEM) {
    throw SystemError("reading the host", error);
  }
}

bool is_gone(int error) { return error == ENOENT || error == ESRCH; }

ReadResult read_file(int dir, const char* path, std::size_t max_bytes) {
  const OpenResult file = open_file(dir, path);
  if (!file.fd) return {{}, file.error};
  std::string text;
  while (text.size() < max_bytes) {
    std::array<char, 4096> buffer;
    const std::size_t wanted = std::min(buffer.size(), max_bytes - text.size());
    const ssize_t got = ::read(file.fd.get(), buffer.data(), wanted);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {{}, errno};
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return {std::move(text), 0};
}

ReadResult read_link(int dir, const char* path) {
  std::array<char, 4096> buffer;
  const ssize_t length = ::readlinkat(dir, path, buffer.data(), buffer.size());
  if (length < 0) return {{}, errno};
  return {std::string(buffer.data(), static_cast<std::size_t>(length)), 0};
}

OpenResult open_file(int dir, const char* path) {
  return opened(::openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

OpenResult open_directory(int dir, const char* path) {
  return opened(::openat(dir, path, O_RDONLY | O_CLOEXEC | O_DIRECTORY));
}

bool FileStatus::is_regular() const { return S_ISREG(mode); }

bool FileStatus::is_roots_alone() const { return uid == 0 && (mode & (S_IWGRP | S_IWOTH)) == 0; }

Timestamp change_time(const FileStatus& status) {
  return Timestamp(
      std::chrono::floor<Timestamp::duration>(std::chrono::nanoseconds(status.version.changed_ns)));
}

StatusResult read_status(int dir, const char* path, int flags) {
  struct statx status {};
  constexpr unsigned kWanted = STATX_BASIC_STATS | STATX_BTIME;
  if (::statx(dir, path, flags, kWanted, &status) != 0) return {{}, errno};
  FileStatus found;
  found.version = {::makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_ino,
                   status.stx_size, nanoseconds_of(status.stx_ctime),
                   (status.stx_mask & STATX_BTIME) != 0 ? nanoseconds_of(status.stx_btime) : 0};
  found.mode = status.stx_mode;
  found.uid = status.stx_uid;
  found.links = status.stx_nlink;
  return {found, 0};
}

StatusResult read_status(int fd) { return read_status(fd, "", AT_EMPTY_PATH); }

int for_each_entry(int dir, const std::function<Walk(std::string_view name)>& visit) {
  alignas(dirent64) std::array<char, 32 * kKibibyte> buffer;
  for (;;) {
    const long got = ::syscall(SYS_getdents64, dir, buffer.data(), buffer.size());
    if (got < 0) return errno;
    if (got == 0) return 0;
    for (std::size_t offset = 0; offset < static_cast<std::size_t>(got);) {
      const char* record = buffer.data() + offset;
      unsigned short length = 0;
      std::memcpy(&length, record + offsetof(dirent64, d_reclen), sizeof length);
      const std::string_view name(record + offsetof(dirent64, d_name));
      offset += length;
      if (name == "." || name == "..") continue;
      if (visit(name) == Walk::stop) return 0;
    }
  }
}

}  // namespace netmon
