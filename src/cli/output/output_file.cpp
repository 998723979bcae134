#include "cli/output/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>  // NOLINT(modernize-deprecated-headers): renameat2(2)
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>

#include "cli/output/output.h"
#include "cli/output/signals.h"
#include "netmon/core/values/error.h"
#include "netmon/posix/fd.h"
#include "netmon/posix/output_folder.h"

namespace netmon::cli {
namespace {

constexpr const char* kThere = "exists already and is not replaced";

// A file with a random name in the folder of `path`. It is removed again unless it was renamed.
class UnfinishedFile {
 public:
  UnfinishedFile(const OutputFolder& folder, const std::string& path)
      : folder_(folder), path_(path) {
    for (int attempt = 0; !fd_ && attempt < kAttempts; ++attempt) {
      name_ = fmt::format("{}.{:012x}", folder.name(), random_number() & 0xffff'ffff'ffffU);
      fd_ = Fd(::openat(folder.descriptor(), name_.c_str(),
                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kOwnersMode));
      if (!fd_ && errno != EEXIST) break;
    }
    if (!fd_) throw SystemError(path_, errno);
  }
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;
  ~UnfinishedFile() {
    if (!name_.empty()) ::unlinkat(folder_.descriptor(), name_.c_str(), 0);
  }

  [[nodiscard]] std::string path() const {
    return std::filesystem::path(path_).replace_filename(name_);
  }

  // Writes the whole content, and sets the mode whatever the umask.
  void write(std::string_view text, mode_t mode) {
    write_all(fd_.get(), text, path_);
    if (::fchmod(fd_.get(), mode) != 0 || ::fsync(fd_.get()) != 0) throw SystemError(path_, errno);
    fd_.close(path_);
  }

  void rename_replacing() {
    const int folder = folder_.descriptor();
    if (::renameat(folder, name_.c_str(), folder, folder_.name().c_str()) != 0) {
      throw SystemError(path_, errno);
    }
    name_.clear();
  }

  void rename_as_new() {
    const int folder = folder_.descriptor();
    if (::renameat2(folder, name_.c_str(), folder, folder_.name().c_str(), RENAME_NOREPLACE) == 0) {
      name_.clear();
      return;
    }
    // File systems without that flag, such as NFS, have linkat(); the destructor removes the old
    // name.
    if (errno == EINVAL &&
        ::linkat(folder, name_.c_str(), folder, folder_.name().c_str(), 0) == 0) {
      return;
    }
    if (errno == EEXIST) throw Error(path_, kThere);
    throw SystemError(path_, errno);
  }

  static constexpr mode_t kOwnersMode = S_IRUSR | S_IWUSR;

 private:
  static constexpr int kAttempts = 100;

  [[nodiscard]] std::uint64_t random_number() const {
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number) throw SystemError(path_, errno);
    return number;
  }

  const OutputFolder& folder_;
  const std::string& path_;
  std::string name_;
  Fd fd_;
};

// Whether it is no regular file, such as a pipe or a device, or a link to one.
bool is_special(const OutputFolder& folder, const struct stat& found) {
  if (!S_ISLNK(found.st_mode)) return !S_ISREG(found.st_mode);
  struct stat target {};
  return ::fstatat(folder.descriptor(), folder.name().c_str(), &target, 0) == 0 &&
         !S_ISREG(target.st_mode);
}

// The mode that the user's umask gives a new file.
mode_t usual_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

void replace_file(const std::string& path, std::string_view text) {
  const OutputFolder folder(path);
  const auto found = folder.existing();
  if (found && is_special(folder, *found)) {
    Fd file = folder.open(O_WRONLY, *found);
    write_all(file.get(), text, path);
    file.close(path);
    return;
  }
  const Signals signals;  // blocks them: they would leave the unfinished file behind
  UnfinishedFile file(folder, path);
  file.write(text, usual_mode());
  file.rename_replacing();
}

void require_no_file(const std::string& path) {
  if (OutputFolder(path).existing()) throw Error(path, kThere);
}

void write_new_file(const std::string& path, std::span<const std::byte> bytes,
                    const std::function<void(const std::string& path)>& check) {
  const OutputFolder folder(path);
  const Signals signals;  // blocks them: they would leave the unfinished file behind
  UnfinishedFile file(folder, path);
  file.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
             UnfinishedFile::kOwnersMode);
  check(file.path());
  file.rename_as_new();
}

void require_other_than_database(const std::string& path, const std::filesystem::path& database) {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    std::filesystem::path kept = database;
    kept += suffix;
    std::error_code error;
    const bool is_it = std::filesystem::equivalent(path, kept, error) ||
                       std::filesystem::weakly_canonical(path, error) ==
                           std::filesystem::weakly_canonical(kept, error);
    if (!is_it) continue;
    throw Error(path,
                fmt::format("is the database in use{} and must not be overwritten",
                            *suffix == '\0' ? "" : ", or a file that SQLite keeps next to it,"));
  }
}

}  // namespace netmon::cli
