#include "linux/owners.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "linux/cgroup.h"
#include "linux/descriptors.h"
#include "linux/files.h"
#include "linux/scan.h"
#include "netmon/error.h"
#include "netmon/text.h"

namespace netmon {
namespace {

constexpr std::size_t kCmdlineBytes = 8 * kKibibyte;  // more than is kept, so that a cut shows

struct ReadProcess {
  Process process;
  std::uint32_t parent_pid = 0;
};

struct PartialWalk {
  std::vector<ReadProcess> processes;
  OwnerWalk walk;  // its processes are still empty
};

std::optional<ReadProcess> read_identity(int dir, std::uint32_t pid, const BootClock& clock,
                                         std::string_view argv0, std::string_view exe) {
  const std::optional<ProcStat> stat = parse_stat(read_file(dir, "stat").text);
  if (!stat) return std::nullopt;
  ReadProcess read;
  read.parent_pid = stat->parent_pid;
  read.process.pid = pid;
  read.process.start_ticks = stat->start_ticks;
  read.process.started_at = clock.at(stat->start_ticks);
  read.process.comm = sanitize(stat->comm);
  read.process.name = process_name(stat->comm, argv0, exe);
  return read;
}

std::optional<ReadProcess> read_ancestor(int dir, std::uint32_t pid, const BootClock& clock) {
  const std::string cmdline = read_file(dir, "cmdline", kCmdlineBytes).text;
  return read_identity(dir, pid, clock, first_argument(cmdline), "");
}

std::optional<ReadProcess> read_owner(int dir, std::uint32_t pid, const UserNames& users,
                                      const BootClock& clock) {
  const ReadResult exe = read_link(dir, "exe");
  const std::string cmdline = read_file(dir, "cmdline", kCmdlineBytes).text;
  const ProcStatus status = parse_status(read_file(dir, "status").text);
  CgroupMembership cgroup = parse_cgroup(read_file(dir, "cgroup").text);
  ExeLink link = parse_exe_link(exe.text);
  // Last, so that a process that has ended by now counts as gone, not as one without attributes.
  std::optional<ReadProcess> read =
      read_identity(dir, pid, clock, first_argument(cmdline), link.path);
  if (!read) return std::nullopt;
  Process& process = read->process;
  process.namespaced_pid = status.namespaced_pid;
  if (exe.error == 0) process.exe = std::move(link.path);
  process.exe_deleted = link.deleted;
  process.cmdline = join_cmdline(cmdline);
  process.uid = status.effective_uid;
  if (process.uid) process.user = users.name_of(*process.uid);
  process.unit = std::move(cgroup.unit);
  process.container = std::move(cgroup.container);
  return read;
}

class Walker {
 public:
  Walker(const std::string& proc_root, int proc, const InodeSet& wanted, const UserNames& users,
         const BootClock& clock)
      : proc_root_(proc_root), proc_(proc), wanted_(wanted), users_(users), clock_(clock) {}

  void visit(std::uint32_t pid) {
    ++part_.walk.seen;
    const std::string name = std::to_string(pid);
    const OpenResult dir = open_directory(proc_, name.c_str());
    if (!dir.fd) {
      note(dir.error);
      return;
    }
    const DescriptorScan scan = scan_descriptors(dir.fd.get(), pid, wanted_);
    if (scan.error != 0) note(scan.error);
    for (const NamespaceDescriptor& held : scan.namespaces) {
      part_.walk.namespaces.push_back({held.id, proc_root_ + "/" + name + "/" + held.path});
    }
    if (scan.sockets.empty()) return;
    std::optional<ReadProcess> owner = read_owner(dir.fd.get(), pid, users_, clock_);
    if (!owner) {
      if (scan.error == 0) note(ESRCH);
      return;
    }
    const auto index = static_cast<std::uint32_t>(part_.processes.size());
    part_.processes.push_back(std::move(*owner));
    for (const SocketDescriptor& socket : scan.sockets) {
      part_.walk.held.push_back({socket.inode, {index, socket.thread, socket.fd}});
    }
  }

  PartialWalk take() { return std::move(part_); }

 private:
  void note(int error) {
    if (is_gone(error)) {
      ++part_.walk.vanished;
      return;
    }
    ++part_.walk.not_permitted;
    if (part_.walk.error == 0) part_.walk.error = error;
  }

  const std::string& proc_root_;
  int proc_;
  const InodeSet& wanted_;
  const UserNames& users_;
  const BootClock& clock_;
  PartialWalk part_;
};

// Appends `more`. Indexes into its processes are moved behind those of `into`.
template <typename Into, typename More>
void append_walk(Into& into, More&& more, std::uint32_t offset) {
  for (HeldSocket held : more.held) {
    held.owner.process += offset;
    into.held.push_back(held);
  }
  into.namespaces.insert(into.namespaces.end(), more.namespaces.begin(), more.namespaces.end());
  if (into.error == 0) into.error = more.error;
}

// Adds the parents that are missing, up to pid 1, and links all. A parent started before its child,
// or in the same tick with a lower pid: another process that has the pid by now is no parent, and
// no chain is a ring.
void link_ancestors(int proc, std::vector<ReadProcess>& processes, const BootClock& clock) {
  std::unordered_map<std::uint32_t, std::uint32_t> index_of;
  for (std::uint32_t i = 0; i < processes.size(); ++i) index_of[processes[i].process.pid] = i;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const std::uint32_t parent_pid = processes[i].parent_pid;
    if (parent_pid == 0) continue;
    auto parent = index_of.find(parent_pid);
    if (parent == index_of.end()) {
      const OpenResult dir = open_directory(proc, std::to_string(parent_pid).c_str());
      if (!dir.fd) continue;
      std::optional<ReadProcess> read = read_ancestor(dir.fd.get(), parent_pid, clock);
      if (!read) continue;
      parent = index_of.emplace(parent_pid, static_cast<std::uint32_t>(processes.size())).first;
      processes.push_back(std::move(*read));
    }
    const Process& older = processes[parent->second].process;
    Process& child = processes[i].process;
    if (std::tie(older.start_ticks, older.pid) < std::tie(child.start_ticks, child.pid)) {
      child.parent = parent->second;
    }
  }
}

// Sorts the processes, makes one of those that are the same, and moves all indexes along.
void put_in_order(OwnerWalk& walk) {
  std::vector<std::uint32_t> order(walk.processes.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto key = [&](std::uint32_t i) {
    const Process& process = walk.processes[i];
    // Of two readings the fuller comes first and stays: an owner's, not an ancestor's.
    return std::tuple(process.pid, process.start_ticks, !process.uid.has_value(), i);
  };
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });

  std::vector<std::uint32_t> new_index(order.size());
  std::vector<Process> sorted;
  for (const std::uint32_t old : order) {
    Process& process = walk.processes[old];
    const bool same = !sorted.empty() && sorted.back().pid == process.pid &&
                      sorted.back().start_ticks == process.start_ticks;
    if (!same) sorted.push_back(std::move(process));
    new_index[old] = static_cast<std::uint32_t>(sorted.size() - 1);
  }
  for (Process& process : sorted) {
    if (process.parent) process.parent = new_index[*process.parent];
  }
  walk.processes = std::move(sorted);

  for (HeldSocket& held : walk.held) held.owner.process = new_index[held.owner.process];
  const auto age = [&](const HeldSocket& held) {
    const Process& process = walk.processes[held.owner.process];
    return std::tuple(held.inode, process.start_ticks, process.pid, held.owner);
  };
  std::sort(walk.held.begin(), walk.held.end(),
            [&](const HeldSocket& a, const HeldSocket& b) { return age(a) < age(b); });
  const auto same_holder = [](const HeldSocket& a, const HeldSocket& b) {
    return a.inode == b.inode && a.owner.process == b.owner.process;
  };
  walk.held.erase(std::unique(walk.held.begin(), walk.held.end(), same_holder), walk.held.end());
}

std::vector<std::uint32_t> list_pids(int proc, const std::string& proc_root) {
  std::vector<std::uint32_t> pids;
  const int error = for_each_entry(proc, [&](std::string_view name) {
    if (const auto pid = parse_number<std::uint32_t>(name)) pids.push_back(*pid);
    return Walk::go_on;
  });
  if (error != 0) throw SystemError(proc_root, error);
  return pids;
}

}  // namespace

Timestamp BootClock::at(std::uint64_t ticks) const {
  using std::chrono::nanoseconds;
  using Rounded = std::chrono::duration<std::int64_t, std::ratio<1, 100>>;
  constexpr std::uint64_t kFarAway = 100ULL * 365 * 86400;  // seconds; no host is up for so long
  const auto rate = static_cast<std::uint64_t>(ticks_per_second);
  const std::uint64_t seconds = std::min(ticks / rate, kFarAway);
  const std::uint64_t rest = ticks % rate;
  const auto since_boot = std::chrono::seconds(seconds) + nanoseconds(rest * 1'000'000'000 / rate);
  return Timestamp(std::chrono::round<Rounded>(boot + since_boot));
}

OwnerWalk find_owners(const std::string& proc_root, std::span<const std::uint32_t> inodes,
                      const UserNames& users, const BootClock& clock) {
  const OpenResult proc = open_directory(AT_FDCWD, proc_root.c_str());
  if (!proc.fd) throw SystemError(proc_root, proc.error);
  const InodeSet wanted(inodes);
  const std::vector<std::uint32_t> pids = list_pids(proc.fd.get(), proc_root);

  // Every other pid each: neighbours in age are alike in size.
  const auto walk_share = [&](std::size_t first) {
    Walker walker(proc_root, proc.fd.get(), wanted, users, clock);
    for (std::size_t i = first; i < pids.size(); i += 2) walker.visit(pids[i]);
    return walker.take();
  };
  std::future<PartialWalk> other = std::async(std::launch::async, walk_share, 1U);
  PartialWalk part = walk_share(0);
  PartialWalk rest = other.get();

  OwnerWalk walk = std::move(part.walk);
  append_walk(walk, rest.walk, static_cast<std::uint32_t>(part.processes.size()));
  walk.seen += rest.walk.seen;
  walk.not_permitted += rest.walk.not_permitted;
  walk.vanished += rest.walk.vanished;
  std::move(rest.processes.begin(), rest.processes.end(), std::back_inserter(part.processes));
  link_ancestors(proc.fd.get(), part.processes, clock);
  for (ReadProcess& read : part.processes) walk.processes.push_back(std::move(read.process));
  put_in_order(walk);
  return walk;
}

OwnerWalk merge_walks(OwnerWalk first, OwnerWalk second) {
  const auto offset = static_cast<std::uint32_t>(first.processes.size());
  append_walk(first, second, offset);
  for (Process& process : second.processes) {
    if (process.parent) *process.parent += offset;
    first.processes.push_back(std::move(process));
  }
  first.seen = std::max(first.seen, second.seen);
  // Both walks met the same closed doors; who vanished in the second was alive in the first.
  first.not_permitted = std::max(first.not_permitted, second.not_permitted);
  first.vanished += second.vanished;
  put_in_order(first);
  return first;
}

}  // namespace netmon
