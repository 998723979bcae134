#include "linux/namespaces/namespaces.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "linux/namespaces/workload.h"
#include "linux/procfs/cgroup.h"
#include "linux/procfs/files.h"
#include "linux/procfs/proc_parse.h"
#include "linux/procfs/scan.h"
#include "netmon/core/values/error.h"

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

// Some of the processes of each mount namespace, by its inode on nsfs.
using MountNamespaces = std::map<std::uint64_t, std::vector<std::uint32_t>>;

struct SeenProcesses {
  std::vector<ProcessNetns> processes;
  MountNamespaces mounts;
  std::uint64_t closed = 0;
  std::uint64_t unknown = 0;
  int error = 0;
};

// Returns 0 where it cannot be seen. Reads the text of the link, because following it would cost
// three times as much.
std::uint64_t mount_namespace_of(int proc, std::string_view process) {
  const ReadResult link = read_link(proc, (std::string(process) + "/ns/mnt").c_str());
  return bracketed_number(link.text, "mnt:").value_or(0);
}

void note_mounts(MountNamespaces& mounts, int proc, std::string_view process, std::uint32_t pid) {
  constexpr std::size_t kEnough = 4;  // where one ends, the next is tried
  const std::uint64_t id = mount_namespace_of(proc, process);
  if (id == 0) return;
  std::vector<std::uint32_t>& pids = mounts[id];
  if (pids.size() < kEnough) pids.push_back(pid);
}

SeenProcesses see_processes(const std::string& proc_root, int proc) {
  SeenProcesses seen;
  const int error = for_each_entry(proc, [&](std::string_view name) {
    const auto pid = parse_number<std::uint32_t>(name);
    if (!pid) return Walk::go_on;
    const Inode netns = inode_at(proc, std::string(name) + "/ns/net");
    if (is_gone(netns.error)) return Walk::go_on;  // a zombie is in no namespace
    seen.processes.push_back({*pid, netns.number, 0});
    if (netns.error != 0) {
      ++seen.closed;
    } else {
      note_mounts(seen.mounts, proc, name, *pid);
    }
    return Walk::go_on;
  });
  if (error != 0) throw SystemError(proc_root, error);
  if (seen.closed == 0) return seen;

  // Processes whose namespace may not be seen are told apart by their proc_id. To know which of
  // them live in a namespace that can be entered, the proc_id of one process of each such namespace
  // is read too.
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

// The id of the namespace that a file of ip-netns(8) stands for, be it a mount or a link; 0 where
// it stands for none.
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

struct SeenMounts {
  std::vector<NetnsFile> files;
  std::uint64_t unread = 0;
};

// The pid and the mount table of the first of these processes that still exists, of which at most
// `most` bytes are read; absent where all have ended.
std::optional<std::pair<std::uint32_t, std::string>> mounts_of(
    int proc, const std::vector<std::uint32_t>& pids, std::size_t most) {
  for (const std::uint32_t pid : pids) {
    ReadResult table = read_file(proc, (std::to_string(pid) + "/mountinfo").c_str(), most);
    if (table.error == 0) return std::pair(pid, std::move(table.text));
  }
  return std::nullopt;
}

// Finds network namespaces that are mounted in other mount namespaces than netmon's and are not
// `known`, with one path to each. Anyone may make 100,000 mounts in each of thousands of mount
// namespaces, so the number of bytes that are read is bounded.
SeenMounts see_other_mounts(const std::string& proc_root, int proc, const MountNamespaces& mounts,
                            std::set<std::uint64_t> known) {
  std::size_t left = 32 * kMebibyte;
  SeenMounts seen;
  const std::uint64_t own = mount_namespace_of(proc, "thread-self");
  for (const auto& [id, pids] : mounts) {
    if (id == own) continue;
    const auto table = mounts_of(proc, pids, left);
    if (!table) continue;
    const auto& [pid, text] = *table;
    if (text.size() == left) ++seen.unread;
    left -= text.size();
    for (NetnsFile& file : parse_netns_mounts(text)) {
      if (!known.insert(file.id).second) continue;
      file.path.insert(0, proc_root + "/" + std::to_string(pid) + "/root");
      seen.files.push_back(std::move(file));
    }
  }
  return seen;
}

std::set<std::uint64_t> ids_of(const NetnsObservations& seen) {
  std::set<std::uint64_t> ids = {seen.own.id};
  for (const ProcessNetns& process : seen.processes) ids.insert(process.id);
  for (const NetnsFile& file : seen.files) ids.insert(file.id);
  return ids;
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

Netns* find_namespace(std::vector<Netns>& namespaces, std::uint64_t id) {
  const auto same = [id](const Netns& netns) { return netns.id == id; };
  const auto at = std::find_if(namespaces.begin(), namespaces.end(), same);
  return at == namespaces.end() ? nullptr : &*at;
}

Netns unnamed_namespace(std::uint64_t id) {
  Netns netns;
  netns.id = id;
  netns.scope = {ScopeKind::anonymous, {}};
  return netns;
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
  SeenMounts mounts = see_other_mounts(proc_root, proc.fd.get(), processes.mounts, ids_of(seen));
  std::move(mounts.files.begin(), mounts.files.end(), std::back_inserter(seen.files));

  NetnsDiscovery found{group_namespaces(seen), processes.unknown, processes.error, processes.closed,
                       mounts.unread};
  assign_scopes(found.namespaces);
  for (Netns& netns : found.namespaces) {
    // The host has too many processes to read, and its scope is known.
    if (netns.scope.kind == ScopeKind::host) continue;
    netns.containers = containers_of(proc.fd.get(), netns.pids);
    const bool is_named = netns.scope.kind == ScopeKind::named && netns.containers.empty();
    if (!is_named) netns.workload = read_workload(proc.fd.get(), netns.pids);
  }
  assign_scopes(found.namespaces);
  return found;
}

void add_namespace(std::vector<Netns>& namespaces, const NetnsFile& file) {
  if (find_namespace(namespaces, file.id) != nullptr) return;
  namespaces.push_back(unnamed_namespace(file.id));
  namespaces.back().paths = {file.path};
}

void add_namespace(std::vector<Netns>& namespaces, std::uint64_t id, const SocketHandle& socket) {
  constexpr std::size_t kEnough = 4;  // where one has been closed meanwhile, the next is tried
  Netns* known = find_namespace(namespaces, id);
  if (known == nullptr) {
    namespaces.push_back(unnamed_namespace(id));
    known = &namespaces.back();
  }
  const bool has_no_entry = known->pids.empty() && known->paths.empty() && !known->own;
  if (has_no_entry && known->sockets.size() < kEnough) known->sockets.push_back(socket);
}

}  // namespace netmon
