#include "netmon/posix/output_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "netmon/core/values/error.h"
#include "posix/path_walk.h"

namespace netmon {
namespace {

namespace fs = std::filesystem;

bool is_root() { return ::geteuid() == 0; }

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(path, why + "; root does not write there");
}

std::string name_of_file(const std::string& path) {
  std::string name = fs::path(path).filename();
  if (name.empty() || name == "." || name == "..") throw SystemError(path, EISDIR);
  return name;
}

// Opens the folder of the file. walk_path() returns the part of the path that exists, and that must
// be all of it.
Fd open_folder(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  WalkedPath walked = walk_path(folder, is_root() ? Trust::root_links : Trust::anyone, path);
  struct stat status {};
  if (::fstat(walked.last.get(), &status) != 0) throw SystemError(path, errno);
  if (!S_ISDIR(status.st_mode)) throw SystemError(path, ENOTDIR);
  if (walked.is_missing) throw SystemError(path, ENOENT);
  return std::move(walked.last);
}

}  // namespace

OutputFolder::OutputFolder(const std::string& path)
    : path_(path), name_(name_of_file(path)), fd_(open_folder(path)) {}

std::optional<struct stat> OutputFolder::existing() const {
  struct stat file {};
  if (::fstatat(fd_.get(), name_.c_str(), &file, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw SystemError(path_, errno);
  }
  struct stat folder {};
  if (::fstat(fd_.get(), &folder) != 0) throw SystemError(path_, errno);
  const bool is_shared = !is_trusted(folder.st_uid) || (folder.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  if (!is_root() || !is_shared) return file;
  const bool is_plain = S_ISREG(file.st_mode);
  if (!is_trusted(file.st_uid) && !(is_plain && file.st_uid == folder.st_uid)) {
    refuse(path_, fmt::format("belongs to user {}, who may have planted it", file.st_uid));
  }
  // In a folder where others can replace root's link, the link may be theirs by the time it is
  // followed.
  const bool is_steady = is_trusted(folder.st_uid) && (folder.st_mode & S_ISVTX) != 0;
  if (S_ISLNK(file.st_mode) && !is_steady) refuse(path_, "is a symbolic link in a shared folder");
  if (is_plain && file.st_nlink > 1)
    refuse(path_, "has more than one name (hard link), which another user may have planted");
  return file;
}

Fd OutputFolder::open(int flags, const struct stat& found) const {
  const bool is_link = S_ISLNK(found.st_mode);
  const bool follow = !is_root() || is_link;
  const int how = flags | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW) | (is_link ? O_CREAT : 0);
  Fd fd(::openat(fd_.get(), name_.c_str(), how, 0666));
  if (!fd) throw SystemError(path_, errno);
  struct stat status {};
  if (follow || (::fstat(fd.get(), &status) == 0 && status.st_dev == found.st_dev &&
                 status.st_ino == found.st_ino)) {
    return fd;
  }
  throw Error(path_, "was replaced while it was opened");
}

}  // namespace netmon
