#include "netmon/posix/path_trust.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <string>
#include <string_view>
#include <system_error>

#include "netmon/core/values/error.h"

namespace netmon {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;  // as the kernel's, path_resolution(7)

struct stat status_of(const fs::path& subject, const fs::path& entry) {
  struct stat status {};
  if (::lstat(entry.c_str(), &status) != 0) throw SystemError(subject.string(), errno);
  return status;
}

// Root, and who owns "/": in a user namespace the real root has no number of its own, and whoever
// owns "/" can redirect every path anyway.
bool is_trusted(uid_t uid) {
  if (uid == 0) return true;
  struct stat top {};
  return ::lstat("/", &top) == 0 && top.st_uid == uid;
}

bool others_may_write(const struct stat& status) {
  return (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

class Walk {
 public:
  Walk(const fs::path& path, Trust trust) : subject_(path), trust_(trust) {
    std::error_code error;
    const fs::path absolute = fs::absolute(path, error);
    if (error) throw SystemError(path.string(), error.value());
    names_.assign(absolute.begin(), absolute.end());
  }

  fs::path run() {
    while (!names_.empty()) {
      const fs::path name = names_.front();
      names_.pop_front();
      if (name.empty() || name == ".") continue;
      if (name == "/") {
        resolved_ = name;
      } else if (name == "..") {
        resolved_ = resolved_.parent_path();
      } else if (!enter(name)) {
        return rest_is_missing(name);
      }
    }
    return resolved_;
  }

 private:
  // False where `name` does not exist.
  bool enter(const fs::path& name) {
    const bool sticky = check_folder();
    const fs::path entry = resolved_ / name;
    struct stat status {};
    if (::lstat(entry.c_str(), &status) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return false;
      throw SystemError(subject_.string(), errno);
    }
    if (S_ISLNK(status.st_mode)) {
      require_trusted(status.st_uid, "the symbolic link", entry);
      follow(entry);
      return true;
    }
    if (sticky) require_trusted(status.st_uid, "", entry);
    resolved_ = entry;
    return true;
  }

  // True where others may write to the folder that is gone through, but only what is theirs.
  [[nodiscard]] bool check_folder() const {
    if (trust_ == Trust::anyone) return false;
    const struct stat folder = status_of(subject_, resolved_);
    if (!S_ISDIR(folder.st_mode)) throw SystemError(subject_.string(), ENOTDIR);
    require_trusted(folder.st_uid, "the folder", resolved_);
    if (!others_may_write(folder)) return false;
    if ((folder.st_mode & S_ISVTX) == 0) {
      refuse(
          fmt::format("the folder {} can be changed by users other than root", resolved_.string()));
    }
    return true;
  }

  void follow(const fs::path& link) {
    if (++links_ > kMaxLinks) throw SystemError(subject_.string(), ELOOP);
    std::error_code error;
    const fs::path target = fs::read_symlink(link, error);
    if (error) throw SystemError(subject_.string(), error.value());
    names_.insert(names_.begin(), target.begin(), target.end());
  }

  void require_trusted(uid_t uid, std::string_view what, const fs::path& entry) const {
    if (trust_ == Trust::anyone || is_trusted(uid)) return;
    refuse(fmt::format("{}{}{} belongs to user {}", what, what.empty() ? "" : " ", entry.string(),
                       uid));
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(subject_.string(), why + "; root does not write through it");
  }

  // A name that goes up again from a folder that is not there leads nowhere.
  fs::path rest_is_missing(const fs::path& name) {
    resolved_ /= name;
    for (const fs::path& further : names_) {
      if (further == "..") throw SystemError(subject_.string(), ENOENT);
      if (!further.empty() && further != ".") resolved_ /= further;
    }
    return resolved_;
  }

  fs::path subject_;
  Trust trust_;
  fs::path resolved_;
  std::deque<fs::path> names_;
  int links_ = 0;
};

}  // namespace

Trust trust_needed_for_writing() { return ::geteuid() == 0 ? Trust::root_only : Trust::anyone; }

fs::path resolve_path(const fs::path& path, Trust trust) { return Walk(path, trust).run(); }

void require_writable_by_root(const fs::path& path, const fs::path& resolved) {
  struct stat file {};
  const bool exists = ::lstat(resolved.c_str(), &file) == 0;
  if (!exists && errno != ENOENT) throw SystemError(path.string(), errno);
  if (exists && !S_ISREG(file.st_mode)) return;  // refused by whoever opens it
  if (exists && !is_trusted(file.st_uid)) {
    throw Error(path.string(),
                fmt::format("belongs to user {}; root does not write to it", file.st_uid));
  }
  // SQLite believes what stands beside the database: a journal is rolled back into it. In a sticky
  // folder such as /tmp others can put one there, if not remove root's.
  for (const char* suffix : {"-journal", "-wal", "-shm"}) {
    struct stat beside {};
    const fs::path name = resolved.string() + suffix;
    if (::lstat(name.c_str(), &beside) != 0 || is_trusted(beside.st_uid)) continue;
    throw Error(path.string(),
                fmt::format("{} beside it belongs to user {}, who may have planted it",
                            name.string(), beside.st_uid));
  }
}

}  // namespace netmon
