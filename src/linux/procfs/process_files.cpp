#include "linux/procfs/process_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "linux/procfs/scan.h"

namespace netmon {
namespace {

OpenResult opened(long fd) {
  if (fd >= 0) return {Fd(static_cast<int>(fd)), 0};
  require_resources(errno);
  return {Fd(), errno};
}

OpenResult open_root(int process) {
  return opened(::openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

bool is_protected_folder(const StatusResult& folder) {
  return folder.error == 0 && S_ISDIR(folder.status.mode) && folder.status.is_roots_alone();
}

}  // namespace

OpenResult open_in_root(int process, const std::string& path) {
  OpenResult root = open_root(process);
  if (!root.fd) return root;
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return opened(::syscall(SYS_openat2, root.fd.get(), path.c_str(), &how, sizeof how));
}

std::string path_in_root(int process, std::string_view name) {
  if (name.starts_with("/")) return std::string(name);
  std::string folder = read_link(process, "cwd").text;
  const std::string root = read_link(process, "root").text;
  // The kernel gives both paths as seen from netmon's root, where they can be reached from it.
  if (root.size() > 1 && folder.starts_with(root)) folder.erase(0, root.size());
  return folder + "/" + std::string(name);
}

std::string plain_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::string_view part = take_until(path, '/');
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  std::string plain;
  for (const std::string_view part : parts) plain.append("/").append(part);
  return plain.empty() ? "/" : plain;
}

// Checks from the root downwards, so that each folder is known to be root's alone before its
// entries are checked: then nobody else can replace them in between.
bool is_protected(int process, const std::string& path, const FileStatus& status) {
  if (!status.is_regular() || !status.is_roots_alone() || !path.starts_with("/")) return false;
  const OpenResult root = open_root(process);
  if (!root.fd || !is_protected_folder(read_status(root.fd.get()))) return false;
  for (std::size_t end = path.find('/', 1); end != std::string::npos;
       end = path.find('/', end + 1)) {
    const std::string folder = path.substr(1, end - 1);
    if (!is_protected_folder(read_status(root.fd.get(), folder.c_str(), AT_SYMLINK_NOFOLLOW))) {
      return false;
    }
  }
  const StatusResult file = read_status(root.fd.get(), path.c_str() + 1, AT_SYMLINK_NOFOLLOW);
  return file.error == 0 && file.status.version == status.version;
}

}  // namespace netmon
