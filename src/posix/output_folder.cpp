#include "netmon/posix/output_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>
#include <filesystem>
#include <string_view>
#include <utility>

#include "netmon/core/values/error.h"

namespace netmon {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;  // as the kernel's, path_resolution(7)

bool is_root() { return ::geteuid() == 0; }

// Root, and who owns "/": in a user namespace the real root has no number of its own.
bool is_trusted(uid_t uid) {
  if (uid == 0) return true;
  struct stat top {};
  return ::lstat("/", &top) == 0 && top.st_uid == uid;
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(path, why + "; root does not write there");
}

struct stat status_of(const Fd& fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw SystemError(path, errno);
  return status;
}

// Goes to a folder name by name, so that each symbolic link is looked at before it is followed.
class Walk {
 public:
  explicit Walk(const std::string& path) : path_(path), at_(::open(".", kFlags)) { require(at_); }

  Fd to(const fs::path& folder) {
    std::deque<fs::path> names(folder.begin(), folder.end());
    while (!names.empty()) {
      const fs::path name = std::exchange(names.front(), {});
      names.pop_front();
      if (name.empty()) continue;
      Fd next(::openat(at_.get(), name.c_str(), kFlags | O_NOFOLLOW));
      require(next);
      const struct stat status = status_of(next, path_);
      if (S_ISLNK(status.st_mode)) {
        const fs::path target = target_of(next, name, status);
        names.insert(names.begin(), target.begin(), target.end());
      } else {
        at_ = std::move(next);
      }
    }
    if (!S_ISDIR(status_of(at_, path_).st_mode)) throw SystemError(path_, ENOTDIR);
    return std::move(at_);
  }

 private:
  static constexpr int kFlags = O_PATH | O_CLOEXEC;

  void require(const Fd& fd) const {
    if (!fd) throw SystemError(path_, errno);
  }

  fs::path target_of(const Fd& link, const fs::path& name, const struct stat& status) {
    if (!is_trusted(status.st_uid)) {
      refuse(path_,
             fmt::format("the symbolic link {} belongs to user {}", name.string(), status.st_uid));
    }
    if (++links_ > kMaxLinks) throw SystemError(path_, ELOOP);
    std::array<char, 4096> target{};
    const ssize_t length = ::readlinkat(link.get(), "", target.data(), target.size());
    if (length < 0) throw SystemError(path_, errno);
    return std::string_view(target.data(), static_cast<std::size_t>(length));
  }

  const std::string& path_;
  Fd at_;
  int links_ = 0;
};

std::string name_of_file(const std::string& path) {
  std::string name = fs::path(path).filename();
  if (name.empty() || name == "." || name == "..") throw SystemError(path, EISDIR);
  return name;
}

Fd open_folder(const std::string& path, const fs::path& folder) {
  if (is_root()) return Walk(path).to(folder);
  Fd fd(::open(folder.empty() ? "." : folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw SystemError(path, errno);
  return fd;
}

}  // namespace

OutputFolder::OutputFolder(const std::string& path)
    : path_(path),
      name_(name_of_file(path)),
      fd_(open_folder(path, fs::path(path).parent_path())) {}

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
  // Where others may replace it, a link of root's may be theirs when it is followed.
  const bool is_steady = is_trusted(folder.st_uid) && (folder.st_mode & S_ISVTX) != 0;
  if (S_ISLNK(file.st_mode) && !is_steady) refuse(path_, "is a symbolic link in a shared folder");
  if (is_plain && file.st_nlink > 1) refuse(path_, "has other names, which may have been planted");
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
