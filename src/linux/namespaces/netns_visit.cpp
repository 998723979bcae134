#include "linux/namespaces/netns_visit.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <algorithm>
#include <cerrno>
#include <future>

#include "linux/namespaces/socket_namespace.h"
#include "linux/procfs/files.h"

namespace netmon {
namespace {

// Checks the file before it opens it: by now it may be a device, and opening a device can have
// effects.
OpenResult open_namespace_file(const std::string& path) {
  const Fd found(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!found) {
    require_resources(errno);
    return {{}, errno};
  }
  struct statfs system {};
  if (::fstatfs(found.get(), &system) != 0) return {{}, errno};
  if (system.f_type != NSFS_MAGIC) return {{}, ESRCH};
  return open_file(AT_FDCWD, ("/proc/self/fd/" + std::to_string(found.get())).c_str());
}

// The functions below move the calling thread into a namespace. They return 0 or errno, which is
// ESRCH where the file, process or socket that led to the namespace is gone.

int enter_file(const Fd& file, std::uint64_t id) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return errno;
  if (status.st_ino != id) return ESRCH;  // the pid or the path has been reused
  return ::setns(file.get(), CLONE_NEWNET) == 0 ? 0 : errno;
}

int enter_through(const std::string& path, std::uint64_t id) {
  const OpenResult file = open_namespace_file(path);
  if (!file.fd) return is_gone(file.error) ? ESRCH : file.error;
  return enter_file(file.fd, id);
}

int enter_through(const SocketHandle& handle, std::uint64_t id) {
  const OpenResult netns = open_namespace_of(handle);
  return netns.fd ? enter_file(netns.fd, id) : netns.error;
}

int enter(const std::string& proc_root, const Netns& netns) {
  if (netns.own) return 0;
  if (netns.id == 0) return EACCES;
  int error = ESRCH;
  const auto attempt = [&](const auto& way) {
    const int outcome = enter_through(way, netns.id);
    if (outcome == 0 || error == ESRCH) error = outcome;
    return outcome == 0;
  };
  for (const std::uint32_t pid : netns.pids) {
    if (attempt(proc_root + "/" + std::to_string(pid) + "/ns/net")) return 0;
  }
  for (const std::string& path : netns.paths) {
    if (attempt(path)) return 0;
  }
  for (const SocketHandle& socket : netns.sockets) {
    if (attempt(socket)) return 0;
  }
  return error;
}

}  // namespace

std::vector<int> visit_namespaces(const std::string& proc_root, std::span<const Netns> namespaces,
                                  const std::function<void(std::size_t)>& visit) {
  const auto visit_all = [&] {
    std::vector<int> errors;
    for (std::size_t i = 0; i < namespaces.size(); ++i) {
      errors.push_back(enter(proc_root, namespaces[i]));
      if (errors.back() == 0) visit(i);
    }
    return errors;
  };
  const auto is_own = [](const Netns& netns) { return netns.own; };
  const bool stays = std::all_of(namespaces.begin(), namespaces.end(), is_own);
  return stays ? visit_all() : std::async(std::launch::async, visit_all).get();
}

}  // namespace netmon
