#include "cli/new_file.h"

#include <fcntl.h>
#include <stdio.h>  // NOLINT(modernize-deprecated-headers): renameat2(2)
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "cli/fd.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "netmon/error.h"

namespace netmon::cli {
namespace {

constexpr const char* kThere = "is there already, and is not replaced";

// Neither replaces what is at `to`. The second is for file systems that know no such flag, as NFS.
bool rename_without_replacing(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL) return false;
  return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

}  // namespace

void require_no_file(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) throw Error(path, kThere);
  if (errno != ENOENT) throw SystemError(path, errno);
}

void write_new_file(const std::string& path, std::span<const std::byte> bytes,
                    const std::function<void(const std::string& path)>& check) {
  const Signals signals;  // which would leave an unfinished file behind
  std::string unfinished = path + ".XXXXXX";
  Fd file(::mkostemp(unfinished.data(), O_CLOEXEC));
  if (!file) throw SystemError(path, errno);
  try {
    // Whatever the umask.
    if (::fchmod(file.get(), S_IRUSR | S_IWUSR) != 0) throw SystemError(path, errno);
    write_all(file.get(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
    if (::fsync(file.get()) != 0) throw SystemError(path, errno);
    file.close(path);
    check(unfinished);
    if (!rename_without_replacing(unfinished, path)) {
      if (errno == EEXIST) throw Error(path, kThere);
      throw SystemError(path, errno);
    }
  } catch (...) {
    ::unlink(unfinished.c_str());
    throw;
  }
}

}  // namespace netmon::cli
