#include "linux/owners/owners.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <iterator>
#include <numeric>
#include <tuple>

#include "linux/procfs/files.h"
#include "linux/procfs/scan.h"
#include "netmon/core/values/error.h"

namespace netmon {
namespace {

class Walker {
 public:
  Walker(const ProcHost& host, int proc, const InodeSet& wanted, Strangers strangers)
      : host_(host), proc_(proc), wanted_(wanted), strangers_(strangers) {}

  void visit(std::uint32_t pid) {
    ++walk_.seen;
    const std::string name = std::to_string(pid);
    const OpenResult dir = open_directory(proc_, name.c_str());
    if (!dir.fd) {
      note(dir.error);
      return;
    }
    const DescriptorScan scan = scan_descriptors(dir.fd.get(), pid, wanted_, strangers_);
    if (scan.error != 0) note(scan.error);
    for (const NamespaceDescriptor& held : scan.namespaces) {
      walk_.namespaces.push_back({held.id, host_.root + "/" + name + "/" + held.path});
    }
    for (const StrangerDescriptor& stranger : scan.strangers) {
      locate_stranger({pid, stranger.thread, stranger.fd});
    }
    if (scan.sockets.empty()) return;
    std::optional<FoundProcess> owner = read_owner(dir.fd.get(), pid, host_);
    if (!owner) {
      if (scan.error == 0) note(ESRCH);
      return;
    }
    const auto index = static_cast<std::uint32_t>(walk_.processes.size());
    walk_.processes.push_back(std::move(*owner));
    for (const SocketDescriptor& socket : scan.sockets) {
      walk_.held.push_back({socket.inode, {index, socket.thread, socket.fd}, std::nullopt});
    }
  }

  OwnerWalk take() { return std::move(walk_); }

 private:
  // Notes the namespace of a stranger. One that may not be opened, or has gone, is ignored.
  void locate_stranger(const SocketHandle& handle) {
    const OpenResult netns = open_namespace_of(handle);
    struct stat status {};
    if (!netns.fd || ::fstat(netns.fd.get(), &status) != 0) return;
    walk_.strangers.push_back({status.st_ino, handle});
  }

  void note(int error) {
    if (is_gone(error)) {
      ++walk_.vanished;
      return;
    }
    ++walk_.not_permitted;
    if (walk_.error == 0) walk_.error = error;
  }

  const ProcHost& host_;
  int proc_;
  const InodeSet& wanted_;
  Strangers strangers_;
  OwnerWalk walk_;
};

// Appends `more` to `into`, except for its counts. Indexes into its processes are adjusted.
void append_walk(OwnerWalk& into, OwnerWalk more) {
  const auto offset = static_cast<std::uint32_t>(into.processes.size());
  for (HeldSocket held : more.held) {
    held.owner.process += offset;
    into.held.push_back(held);
  }
  for (FoundProcess& found : more.processes) {
    if (found.process.parent) *found.process.parent += offset;
    into.processes.push_back(std::move(found));
  }
  std::move(more.ended.begin(), more.ended.end(), std::back_inserter(into.ended));
  into.namespaces.insert(into.namespaces.end(), more.namespaces.begin(), more.namespaces.end());
  into.strangers.insert(into.strangers.end(), more.strangers.begin(), more.strangers.end());
  if (into.error == 0) into.error = more.error;
}

// Sorts the processes and merges duplicates. Returns the new index of each.
std::vector<std::uint32_t> sort_processes(std::vector<FoundProcess>& processes) {
  std::vector<std::uint32_t> order(processes.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto key = [&](std::uint32_t i) {
    const Process& process = processes[i].process;
    // The fuller of two readings of a process comes first and is kept: that as an owner, not that
    // as an ancestor. A start of 0 ns means not known; subtracting 1 wraps it to the greatest
    // number and so puts it last.
    return std::tuple(process.pid, process.start_ticks, processes[i].start_ns - 1,
                      !process.uid.has_value(), i);
  };
  // A pid can be reused within the tick in which its first process started. A reading of /proc
  // alone, which has no nanoseconds, belongs to the last of these processes.
  const auto is_same = [](const FoundProcess& a, const FoundProcess& b) {
    return a.process.pid == b.process.pid && a.process.start_ticks == b.process.start_ticks &&
           (a.start_ns == b.start_ns || a.start_ns == 0 || b.start_ns == 0);
  };
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });

  std::vector<std::uint32_t> new_index(order.size());
  std::vector<FoundProcess> sorted;
  sorted.reserve(order.size());
  for (const std::uint32_t old : order) {
    const bool known = !sorted.empty() && is_same(sorted.back(), processes[old]);
    if (!known) {
      sorted.push_back(std::move(processes[old]));
    } else if (!sorted.back().process.uid && processes[old].process.uid) {
      sorted.back() = std::move(processes[old]);
    }
    new_index[old] = static_cast<std::uint32_t>(sorted.size() - 1);
  }
  for (FoundProcess& found : sorted) {
    if (found.process.parent) found.process.parent = new_index[*found.process.parent];
  }
  processes = std::move(sorted);
  return new_index;
}

// The rank of each process by age: 0 for the oldest.
std::vector<std::uint32_t> ages_of(const std::vector<FoundProcess>& processes) {
  std::vector<std::uint32_t> order(processes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Process& left = processes[a].process;
    const Process& right = processes[b].process;
    return std::tie(left.start_ticks, left.pid) < std::tie(right.start_ticks, right.pid);
  });
  std::vector<std::uint32_t> ages(processes.size());
  for (std::uint32_t age = 0; age < order.size(); ++age) ages[order[age]] = age;
  return ages;
}

void put_in_order(OwnerWalk& walk) {
  const std::vector<std::uint32_t> new_index = sort_processes(walk.processes);
  for (HeldSocket& held : walk.held) held.owner.process = new_index[held.owner.process];

  const std::vector<std::uint32_t> ages = ages_of(walk.processes);
  // Where a process holds a socket several times, the lowest descriptor in the shared table counts;
  // an io_uring (-1) counts only where there is no descriptor.
  const auto sort_key = [&](const HeldSocket& held) {
    return std::tuple(ages[held.owner.process], held.owner.fd < 0, held.owner.thread,
                      held.owner.fd);
  };
  std::sort(walk.held.begin(), walk.held.end(), [&](const HeldSocket& a, const HeldSocket& b) {
    return a.inode != b.inode ? a.inode < b.inode : sort_key(a) < sort_key(b);
  });
  const auto same_holder = [](const HeldSocket& a, const HeldSocket& b) {
    return a.inode == b.inode && a.owner.process == b.owner.process;
  };
  walk.held.erase(std::unique(walk.held.begin(), walk.held.end(), same_holder), walk.held.end());
}

std::vector<std::uint32_t> list_pids(int proc, const std::string& root) {
  std::vector<std::uint32_t> pids;
  const int error = for_each_entry(proc, [&](std::string_view name) {
    if (const auto pid = parse_number<std::uint32_t>(name)) pids.push_back(*pid);
    return Walk::go_on;
  });
  if (error != 0) throw SystemError(root, error);
  return pids;
}

}  // namespace

OwnerWalk find_owners(const ProcHost& host, std::span<const std::uint32_t> inodes,
                      Strangers strangers) {
  const OpenResult proc = open_directory(AT_FDCWD, host.root.c_str());
  if (!proc.fd) throw SystemError(host.root, proc.error);
  const InodeSet wanted(inodes);
  const std::vector<std::uint32_t> pids = list_pids(proc.fd.get(), host.root);

  // Each thread takes every other pid, because processes of similar age are of similar size.
  const auto walk_share = [&](std::size_t first) {
    Walker walker(host, proc.fd.get(), wanted, strangers);
    for (std::size_t i = first; i < pids.size(); i += 2) walker.visit(pids[i]);
    return walker.take();
  };
  std::future<OwnerWalk> other = std::async(std::launch::async, walk_share, 1U);
  OwnerWalk walk = walk_share(0);
  OwnerWalk rest = other.get();
  walk.seen += rest.seen;
  walk.not_permitted += rest.not_permitted;
  walk.vanished += rest.vanished;
  append_walk(walk, std::move(rest));
  return finish_walk(std::move(walk), host);
}

OwnerWalk finish_walk(OwnerWalk walk, const ProcHost& host) {
  const OpenResult proc = open_directory(AT_FDCWD, host.root.c_str());
  if (proc.fd) link_ancestors(proc.fd.get(), walk.processes, host);
  put_in_order(walk);
  return walk;
}

OwnerWalk merge_walks(OwnerWalk first, OwnerWalk second) {
  first.seen = std::max(first.seen, second.seen);
  // Both walks were refused by the same processes, so the larger count is right. A process that
  // vanished in the second walk was alive in the first, so those counts are added.
  first.not_permitted = std::max(first.not_permitted, second.not_permitted);
  first.vanished += second.vanished;
  append_walk(first, std::move(second));
  put_in_order(first);
  return first;
}

}  // namespace netmon
