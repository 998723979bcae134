#include "linux/namespaces.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <future>

#include "linux/cgroup.h"
#include "linux/files.h"
#include "linux/scan.h"
#include "netmon/error.h"

namespace netmon {
namespace {

struct Inode {
  std::uint64_t number = 0;
  std::uint64_t device = 0;
  int error = 0;
};

Inode inode_at(int dir, const std::string& path) {
  struct stat status {};
  if (::fstatat(dir, path.c_str(), &status, 0) != 0) return {0, 0, errno};
  return {status.st_ino, status.st_dev, 0};
}

ProcessNetns own_netns(int proc) {
  return {0, inode_at(proc, "thread-self/ns/net").number,
          inode_at(proc, "thread-self/net/tcp").number};
}

struct SeenProcesses {
  std::vector<ProcessNetns> processes;
  std::uint64_t unknown = 0;
  int error = 0;
};

SeenProcesses see_processes(const std::string& proc_root, int proc) {
  SeenProcesses seen;
  bool any_refused = false;
  const int error = for_each_entry(proc, [&](std::string_view name) {
    const auto pid = parse_number<std::uint32_t>(name);
    if (!pid) return Walk::go_on;
    const Inode netns = inode_at(proc, std::string(name) + "/ns/net");
    if (is_gone(netns.error)) return Walk::go_on;  // a zombie lives nowhere
    any_refused |= netns.error != 0;
    seen.processes.push_back({*pid, netns.number, 0});
    return Walk::go_on;
  });
  if (error != 0) throw SystemError(proc_root, error);
  if (!any_refused) return seen;

  // Those that refused are told apart by their proc_id; to know which of them live in a namespace
  // that can be entered, one process of each such namespace is asked for its proc_id too.
  std::vector<std::uint64_t> asked;
  for (ProcessNetns& process : seen.processes) {
    if (process.id != 0) {
      if (std::find(asked.begin(), asked.end(), process.id) != asked.end()) continue;
    }
    const Inode table = inode_at(proc, std::to_string(process.pid) + "/net/tcp");
    process.proc_id = table.number;
    if (process.id != 0 && table.error == 0) asked.push_back(process.id);
    if (process.id == 0 && table.error != 0 && !is_gone(table.error)) {
      ++seen.unknown;
      if (seen.error == 0) seen.error = table.error;
    }
  }
  return seen;
}

// The namespace that a file of ip-netns(8) stands for, be it a mount or a link; 0 for none.
std::uint64_t netns_of_file(const std::string& path, std::uint64_t nsfs_device) {
  const Inode inode = inode_at(AT_FDCWD, path);
  if (inode.error != 0 || inode.device != nsfs_device) return 0;
  const OpenResult file = open_file(AT_FDCWD, path.c_str());
  const bool is_netns = file.fd && ::ioctl(file.fd.get(), NS_GET_NSTYPE) == CLONE_NEWNET;
  return is_netns ? inode.number : 0;
}

std::vector<NetnsFile> see_files(int proc) {
  std::vector<NetnsFile> files =
      parse_netns_mounts(read_file(proc, "thread-self/mountinfo", 16 * kMebibyte).text);
  const Inode own = inode_at(proc, "thread-self/ns/net");
  const Inode run = inode_at(AT_FDCWD, "/run/netns");
  const Inode var_run = inode_at(AT_FDCWD, "/var/run/netns");
  std::vector<std::string> folders = {"/run/netns"};
  if (var_run.number != run.number || var_run.device != run.device) {
    folders.emplace_back("/var/run/netns");
  }
  for (const std::string& folder : folders) {
    const OpenResult dir = open_directory(AT_FDCWD, folder.c_str());
    if (!dir.fd) continue;
    for_each_entry(dir.fd.get(), [&](std::string_view name) {
      const std::string path = folder + "/" + std::string(name);
      const std::uint64_t id = netns_of_file(path, own.device);
      if (id != 0) files.push_back({path, id});
      return Walk::go_on;
    });
  }
  return files;
}

std::vector<std::string> containers_of(int proc, const std::vector<std::uint32_t>& pids) {
  std::vector<std::string> containers;
  for (const std::uint32_t pid : pids) {
    const ReadResult cgroup = read_file(proc, (std::to_string(pid) + "/cgroup").c_str());
    std::string container = parse_cgroup(cgroup.text).container;
    if (!container.empty()) containers.push_back(std::move(container));
  }
  std::sort(containers.begin(), containers.end());
  containers.erase(std::unique(containers.begin(), containers.end()), containers.end());
  return containers;
}

// Moves the calling thread. Returns 0 or errno; ESRCH where the way is gone.
int enter_through(const std::string& path, std::uint64_t id) {
  const OpenResult file = open_file(AT_FDCWD, path.c_str());
  if (!file.fd) return is_gone(file.error) ? ESRCH : file.error;
  struct stat status {};
  if (::fstat(file.fd.get(), &status) != 0) return errno;
  if (status.st_ino != id) return ESRCH;  // the pid or the path is another's by now
  return ::setns(file.fd.get(), CLONE_NEWNET) == 0 ? 0 : errno;
}

int enter(const std::string& proc_root, const Netns& netns) {
  if (netns.own) return 0;
  if (netns.id == 0) return EACCES;
  int error = ESRCH;
  const auto attempt = [&](const std::string& path) {
    const int outcome = enter_through(path, netns.id);
    if (outcome == 0 || error == ESRCH) error = outcome;
    return outcome == 0;
  };
  for (const std::uint32_t pid : netns.pids) {
    if (attempt(proc_root + "/" + std::to_string(pid) + "/ns/net")) return 0;
  }
  for (const std::string& path : netns.paths) {
    if (attempt(path)) return 0;
  }
  return error;
}

}  // namespace

NetnsDiscovery discover_namespaces(const std::string& proc_root) {
  const OpenResult proc = open_directory(AT_FDCWD, proc_root.c_str());
  if (!proc.fd) throw SystemError(proc_root, proc.error);
  NetnsObservations seen;
  seen.own = own_netns(proc.fd.get());
  SeenProcesses processes = see_processes(proc_root, proc.fd.get());
  seen.processes = std::move(processes.processes);
  seen.files = see_files(proc.fd.get());

  NetnsDiscovery found{group_namespaces(seen), processes.unknown, processes.error};
  assign_scopes(found.namespaces);
  for (Netns& netns : found.namespaces) {
    // A host's processes are too many to ask, and its scope is known.
    if (netns.scope.kind == ScopeKind::host) continue;
    netns.containers = containers_of(proc.fd.get(), netns.pids);
  }
  assign_scopes(found.namespaces);
  return found;
}

void add_namespace(std::vector<Netns>& namespaces, const NetnsFile& file) {
  const auto same = [&](const Netns& netns) { return netns.id == file.id; };
  if (std::any_of(namespaces.begin(), namespaces.end(), same)) return;
  Netns netns;
  netns.id = file.id;
  netns.scope = {ScopeKind::anonymous, {}};
  netns.paths = {file.path};
  namespaces.push_back(std::move(netns));
}

std::vector<NetnsRead> read_namespaces(const std::string& proc_root,
                                       std::span<const Netns> namespaces,
                                       const TableSources& sources) {
  const auto read_all = [&] {
    std::vector<NetnsRead> reads;
    for (const Netns& netns : namespaces) {
      NetnsRead read;
      read.error = enter(proc_root, netns);
      if (read.error == 0) read.tables = read_tables(sources);
      reads.push_back(std::move(read));
    }
    return reads;
  };
  return std::async(std::launch::async, read_all).get();
}

std::vector<int> probe_namespaces(const std::string& proc_root, std::span<const Netns> namespaces) {
  const auto probe_all = [&] {
    std::vector<int> errors;
    for (const Netns& netns : namespaces) errors.push_back(enter(proc_root, netns));
    return errors;
  };
  return std::async(std::launch::async, probe_all).get();
}

}  // namespace netmon
