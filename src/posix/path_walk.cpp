#include "posix/path_walk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "netmon/core/values/error.h"

namespace netmon {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;  // like the kernel, path_resolution(7)
constexpr int kPathOnly = O_PATH | O_CLOEXEC | O_NOFOLLOW;

class Walk {
 public:
  Walk(const fs::path& path, Trust trust, std::string subject)
      : subject_(std::move(subject)), trust_(trust) {
    names_.assign(path.begin(), path.end());
    if (path.is_absolute()) return;
    std::error_code error;
    at_.resolved = fs::current_path(error);
    if (error) throw SystemError(subject_, error.value());
    at_.last = Fd(::open(".", kPathOnly));
    if (!at_.last) throw SystemError(subject_, errno);
  }

  WalkedPath run() && {
    while (!names_.empty() && !at_.is_missing) {
      const fs::path name = std::exchange(names_.front(), {});
      names_.pop_front();
      if (name.empty() || name == ".") continue;
      if (name == "/") {
        move_to(Fd(::open("/", kPathOnly)), name);
      } else if (name == "..") {
        move_to(Fd(::openat(at_.last.get(), "..", kPathOnly)), at_.resolved.parent_path());
      } else {
        enter(name);
      }
    }
    return std::move(at_);
  }

 private:
  void move_to(Fd folder, fs::path resolved) {
    if (!folder) throw SystemError(subject_, errno);
    at_.last = std::move(folder);
    at_.resolved = std::move(resolved);
  }

  void enter(const fs::path& name) {
    const bool is_shared = check_folder();
    Fd entry(::openat(at_.last.get(), name.c_str(), kPathOnly));
    if (!entry) {
      if (errno != ENOENT && errno != ENOTDIR) throw SystemError(subject_, errno);
      keep_the_rest(name);
      return;
    }
    const struct stat status = status_of(entry);
    if (S_ISLNK(status.st_mode)) {
      if (trust_ != Trust::anyone) require_trusted(status.st_uid, "the symbolic link ", name);
      follow(entry);
      return;
    }
    if (is_shared) require_trusted(status.st_uid, "", name);
    move_to(std::move(entry), at_.resolved / name);
  }

  // Returns whether others may write to the current folder, but change only their own entries.
  [[nodiscard]] bool check_folder() const {
    if (trust_ != Trust::root_only) return false;
    const struct stat folder = status_of(at_.last);
    if (!S_ISDIR(folder.st_mode)) throw SystemError(subject_, ENOTDIR);
    require_trusted(folder.st_uid, "the folder ", "");
    if ((folder.st_mode & (S_IWGRP | S_IWOTH)) == 0) return false;
    if ((folder.st_mode & S_ISVTX) == 0) {
      refuse(fmt::format("the folder {} can be changed by users other than root",
                         at_.resolved.string()));
    }
    return true;
  }

  void follow(const Fd& link) {
    if (++links_ > kMaxLinks) throw SystemError(subject_, ELOOP);
    std::array<char, 4096> text{};
    const ssize_t length = ::readlinkat(link.get(), "", text.data(), text.size());
    if (length < 0) throw SystemError(subject_, errno);
    const fs::path target = std::string_view(text.data(), static_cast<std::size_t>(length));
    names_.insert(names_.begin(), target.begin(), target.end());
  }

  // A ".." below a folder that does not exist leads nowhere.
  void keep_the_rest(const fs::path& name) {
    at_.is_missing = true;
    at_.resolved /= name;
    for (const fs::path& further : names_) {
      if (further == "..") throw SystemError(subject_, ENOENT);
      if (!further.empty() && further != ".") at_.resolved /= further;
    }
  }

  [[nodiscard]] struct stat status_of(const Fd& fd) const {
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) throw SystemError(subject_, errno);
    return status;
  }

  void require_trusted(uid_t uid, std::string_view what, const fs::path& name) const {
    if (is_trusted(uid)) return;
    const fs::path entry = name.empty() ? at_.resolved : at_.resolved / name;
    refuse(fmt::format("{}{} belongs to user {}", what, entry.string(), uid));
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(subject_, why + ", so root does not write there");
  }

  std::string subject_;
  Trust trust_;
  WalkedPath at_;
  std::deque<fs::path> names_;
  int links_ = 0;
};

}  // namespace

bool is_trusted(uid_t uid) {
  if (uid == 0) return true;
  struct stat top {};
  return ::lstat("/", &top) == 0 && top.st_uid == uid;
}

WalkedPath walk_path(const fs::path& path, Trust trust, std::string subject) {
  return Walk(path, trust, std::move(subject)).run();
}

}  // namespace netmon
