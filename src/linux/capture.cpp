#include "netmon/linux/capture.h"

#include <algorithm>
#include <future>
#include <set>
#include <tuple>
#include <utility>

#include "linux/crossview/cross_check.h"
#include "linux/directory.h"
#include "linux/gaps.h"
#include "linux/netlink/kernel_sockets.h"
#include "linux/netlink/merge.h"
#include "linux/netlink/nsid.h"
#include "linux/netlink/passes.h"
#include "linux/owners/family_sockets.h"
#include "linux/owners/owner_join.h"
#include "linux/owners/owner_search.h"
#include "linux/procfs/host.h"
#include "linux/programs/executables.h"
#include "linux/programs/program_reader.h"
#include "linux/reach/namespace_reach.h"
#include "linux/reach/reuseport_programs.h"
#include "netmon/core/values/error.h"

namespace netmon {
namespace {

Timestamp now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// Throws when all of the `requests` that the protocol's table takes have failed.
void require_table(const NamespaceTables& own, Protocol protocol, int requests,
                   const std::string& subject) {
  int failed = 0;
  int error = 0;
  for (const TableFailure& failure : own.failures) {
    if (failure.protocol != protocol || failure.error == 0) continue;
    error = failure.error;
    ++failed;
  }
  if (failed >= requests) throw SystemError(subject, error);
}

SnapshotInfo begin_info(const CaptureOptions& options, const UserNames& users) {
  SnapshotInfo info = read_host_info(users);
  info.label = options.label;
  info.ticket = options.ticket;
  info.note = options.note;
  info.netns = options.netns;
  info.started_at = now();
  return info;
}

std::vector<std::uint32_t> inodes_of(const std::vector<Socket>& sockets) {
  std::vector<std::uint32_t> inodes(sockets.size());
  std::transform(sockets.begin(), sockets.end(), inodes.begin(),
                 [](const Socket& socket) { return socket.inode; });
  return inodes;
}

// Adds the namespaces that no process lives in, but that a process holds open, or a socket in them.
void add_held_namespaces(std::vector<Netns>& namespaces, const OwnerWalk& walk,
                         const DescriptorWalk* open_files) {
  for (const HeldNamespace& held : walk.namespaces) add_namespace(namespaces, {held.path, held.id});
  for (const StrangerSocket& socket : walk.strangers) {
    add_namespace(namespaces, socket.netns, socket.handle);
  }
  if (open_files == nullptr) return;
  std::uint64_t latest = 0;  // most sockets live where the one before them does
  for (const Descriptor& held : open_files->descriptors) {
    const std::uint64_t id = held.socket.netns;
    if (held.kind != DescriptorKind::socket || id == 0 || id == latest) continue;
    latest = id;
    add_namespace(namespaces, id, {open_files->holders[held.holder].pid, held.thread, held.fd});
  }
}

struct Reading {
  Passes passes;
  OwnerWalk walk;
};

// What is read concurrently with the second pass: the owners of what the first one saw, and
// /proc/net.
struct ConcurrentReading {
  OwnerWalk walk;
  std::vector<ProcView> views;
};

std::future<ConcurrentReading> read_concurrently(const Passes& passes, OwnerSearch& owners,
                                                 Strangers strangers) {
  // The thread gets copies, because the second pass changes the originals.
  return std::async(
      std::launch::async, [&owners, strangers, inodes = inodes_of(passes.sockets.rows()),
                           namespaces = passes.namespaces, with_walk = plan_views(passes, true),
                           without_walk = plan_views(passes, false)] {
        const bool expected = owners.expects_walk();
        auto viewing = std::async(std::launch::async, [&] {
          return read_views(namespaces, expected ? with_walk : without_walk, kProcRoot);
        });
        OwnerWalk walk = owners.find(inodes, strangers);
        std::vector<ProcView> views = viewing.get();
        if (expected && owners.descriptors() == nullptr) {
          views = read_views(namespaces, without_walk, kProcRoot);
        }
        return ConcurrentReading{std::move(walk), std::move(views)};
      });
}

Reading read_tables_and_owners(NetnsSelection selection, const NetnsDiscovery& discovery,
                               const TableSources& sources, OwnerSearch& owners) {
  Reading reading;
  Passes& passes = reading.passes;
  passes.namespaces = discovery.namespaces;
  if (selection == NetnsSelection::current) passes.namespaces.resize(1);
  read_first_pass(passes, kProcRoot, sources);
  require_table(passes.first.front().tables, Protocol::tcp, 1, "sock_diag: TCP sockets");
  require_table(passes.first.front().tables, Protocol::udp, 2, "sock_diag: UDP sockets");
  const bool all = selection == NetnsSelection::all;
  std::future<ConcurrentReading> concurrent =
      read_concurrently(passes, owners, all ? Strangers::locate : Strangers::ignore);
  read_second_pass(passes, kProcRoot, sources);
  ConcurrentReading found = concurrent.get();
  reading.walk = std::move(found.walk);
  passes.views = std::move(found.views);
  if (all) {
    const std::size_t known = passes.sockets.rows().size();
    add_held_namespaces(passes.namespaces, reading.walk, owners.descriptors());
    read_first_pass(passes, kProcRoot, sources);
    read_second_pass(passes, kProcRoot, sources);
    passes.views.resize(passes.namespaces.size());
    const auto added = std::span(passes.sockets.rows()).subspan(known);
    if (!added.empty() && owners.descriptors() != nullptr) {
      const auto missed = wanted_inodes(added, reading.walk.held);
      reading.walk = merge_walks(std::move(reading.walk), owners.find(missed));
    }
  }
  unify_namespaces(passes.namespaces);
  assign_scopes(passes.namespaces);
  return reading;
}

// Walks once more: for sockets that appeared since the first walk, for owners that it missed or
// that have ended since, and for the owners of hidden sockets. A socket that has gone is not looked
// for.
OwnerWalk walk_again(OwnerWalk walk, const ProcHost& host, OwnerSearch& owners,
                     const std::vector<Socket>& sockets, const std::vector<Suspect>& hidden) {
  std::vector<std::uint32_t> wanted = wanted_inodes(sockets, walk.held);
  for (const Suspect& suspect : hidden) {
    if (suspect.row.inode != 0) wanted.push_back(suspect.row.inode);
  }
  if (wanted.empty()) return walk;
  const bool walked = owners.walk_again();
  walk = merge_walks(std::move(walk), owners.find(wanted));
  if (!walked) return walk;
  // A socket counts as held by nobody only where /proc agrees: a kernel can keep a process from the
  // BPF iterator too, and /proc then says that access to it is denied.
  wanted = wanted_inodes(sockets, walk.held);
  if (wanted.empty()) return walk;
  return merge_walks(std::move(walk), find_owners(host, wanted, Strangers::ignore));
}

std::vector<HiddenSocket> describe_hidden(const std::vector<Suspect>& suspects,
                                          const std::vector<std::uint32_t>& index,
                                          const OwnerWalk& walk) {
  std::vector<HiddenSocket> hidden;
  for (const Suspect& suspect : suspects) {
    const Socket& row = suspect.row;
    std::optional<std::uint32_t> process;
    if (const auto held = holders_of(walk.held, row.inode); !held.empty()) {
      process = held.front().owner.process;
    }
    hidden.push_back({index[suspect.netns], row.protocol, row.state, row.local, row.remote,
                      row.inode, process, suspect.seen_in, suspect.missing_from});
  }
  const auto key = [](const HiddenSocket& socket) {
    return std::tie(socket.netns, socket.protocol, socket.local, socket.remote, socket.inode,
                    socket.seen_in, socket.missing_from);
  };
  std::sort(hidden.begin(), hidden.end(),
            [&](const HiddenSocket& a, const HiddenSocket& b) { return key(a) < key(b); });
  return hidden;
}

// Completes the processes whose programs are compared; returns the digests that were not known.
ExecutableDigests add_programs(Snapshot& snapshot, const ProcHost& host, const OwnerWalk& walk,
                               const ExecutableDigests& known) {
  ProgramReading programs = read_programs(host, walk.processes, exposed_processes(snapshot), known);
  snapshot.processes = std::move(programs.processes);
  for (Gap& gap : programs.gaps) add_gap(snapshot.gaps, std::move(gap));
  return std::move(programs.fresh);
}

// Removes the command lines. They are read in any case, because they name an interpreter's script.
void leave_out_command_lines(Snapshot& snapshot) {
  std::uint64_t count = 0;
  for (Process& process : snapshot.processes) {
    if (std::exchange(process.cmdline, std::nullopt)) ++count;
  }
  add_gap(snapshot.gaps, {GapCode::command_lines_left_out, {}, {}, "--no-cmdline", count});
}

void add_discovery_gaps(std::vector<Gap>& gaps, const NetnsDiscovery& discovery) {
  add_gap(
      gaps,
      {GapCode::netns_not_known, {}, {}, errno_text(discovery.error), discovery.unknown_processes});
  add_gap(
      gaps,
      {GapCode::netns_not_known,
       {},
       {},
       "their mount tables, which may name other namespaces, are too long to be read to their end",
       discovery.unread_mounts});
}

void add_gaps(Snapshot& snapshot, const Passes& passes, const NetnsDiscovery& discovery,
              const std::set<std::int32_t>& nsids) {
  std::vector<Gap>& gaps = snapshot.gaps;
  add_namespace_gaps(gaps, passes);
  add_discovery_gaps(gaps, discovery);
  if (snapshot.info.netns == NetnsSelection::current) {
    const std::uint64_t others = discovery.namespaces.size() - 1;
    add_gap(gaps, {GapCode::netns_not_requested, {}, {}, "not asked for", others});
  } else {
    add_gap(gaps, {GapCode::netns_not_found,
                   {},
                   {},
                   "a link leads to them, but no process, mount or socket that can be seen does",
                   count_lost_namespaces(nsids, kProcRoot, passes.namespaces)});
  }
  const std::uint64_t unknown_boots = snapshot.info.boot_id.empty() ? 1 : 0;
  add_gap(gaps,
          {GapCode::boot_not_known, {}, {}, "the kernel's boot_id cannot be read", unknown_boots});
}

// Gives each socket its owners, or the reason why it has none. Returns why no holder was found for
// the sockets that have neither.
std::string add_owners(Snapshot& snapshot, const Passes& passes, const OwnerWalk& walk,
                       ProcessView view, const ListKernelSockets& list) {
  snapshot.owners = attach_owners(snapshot.sockets, walk.held, view);
  for (const FoundProcess& found : walk.processes) snapshot.processes.push_back(found.process);
  return find_kernel_sockets(snapshot.sockets, passes.namespaces, kProcRoot, list);
}

void add_family_sockets(Snapshot& snapshot, const Passes& passes, const DescriptorWalk* walk) {
  if (walk == nullptr) {
    add_gap(snapshot.gaps, {GapCode::families_not_read, {}, {}, "only BPF tells of them", 1});
    return;
  }
  const std::vector<Socket> found = family_sockets(*walk, passes.namespaces);
  snapshot.sockets.insert(snapshot.sockets.end(), found.begin(), found.end());
}

// The ids of the namespaces that links lead to. In a container, the namespace that surrounds it is
// left out: nothing inside the container could show it.
std::set<std::int32_t> namespaces_to_find() {
  std::set<std::int32_t> ids = list_nsids();
  if (ids.empty() || in_initial_pid_namespace(kProcRoot)) return ids;
  for (const std::int32_t uplink : list_uplink_nsids(kProcRoot)) ids.erase(uplink);
  return ids;
}

}  // namespace

CaptureResult capture(const CaptureOptions& options) {
  const ProcHost host = read_proc_host(kProcRoot);
  OwnerSearch owners(host, options.owner_method, options.walk_descriptors);
  Snapshot snapshot;
  snapshot.info = begin_info(options, host.users);
  const TableSources sources = choose_sources("", snapshot.info.kernel);
  const bool all = options.netns == NetnsSelection::all;
  const std::set<std::int32_t> nsids = all ? namespaces_to_find() : std::set<std::int32_t>();
  const NetnsDiscovery discovery = discover_namespaces(kProcRoot);
  Reading reading = read_tables_and_owners(options.netns, discovery, sources, owners);
  const bool has_walk = owners.descriptors() != nullptr;
  snapshot.info.owner_method = has_walk ? OwnerMethod::bpf : OwnerMethod::proc;

  const Passes& passes = reading.passes;
  snapshot.sockets = std::move(reading.passes.sockets).take();
  const std::vector<Suspect> suspects =
      find_hidden(passes, snapshot.sockets, kProcRoot, sources, owners);
  snapshot.gaps = not_cross_checked(snapshot.sockets, passes.views, owners.descriptors());
  add_family_sockets(snapshot, passes, owners.descriptors());
  const OwnerWalk walk = attribute_to_ended(
      walk_again(std::move(reading.walk), host, owners, snapshot.sockets, suspects));
  const HiddenProcesses hidden = count_hidden_processes(kProcRoot);
  const bool all_looked_into = walk.not_permitted == 0 && in_initial_pid_namespace(kProcRoot) &&
                               (has_walk || hidden.count == 0);
  const std::string why_not_found = add_owners(
      snapshot, passes, walk, all_looked_into ? ProcessView::complete : ProcessView::incomplete,
      has_walk ? options.list_kernel_sockets : ListKernelSockets());

  const std::vector<std::uint32_t> index = add_namespaces(snapshot, passes);
  for (Socket& socket : snapshot.sockets) socket.netns = index[socket.netns];
  add_reach(snapshot, passes, index, kProcRoot);
  if (has_walk) add_reuseport_programs(snapshot, *owners.descriptors(), passes, index);
  owners.forget_walk();
  snapshot.hidden = describe_hidden(suspects, index, walk);
  ExecutableDigests fresh;
  if (options.executables == Executables::hashed) {
    fresh = add_programs(snapshot, host, walk, options.known_executables);
  }
  name_directory_users(snapshot);
  if (!options.command_lines) leave_out_command_lines(snapshot);
  add_gap(snapshot.gaps, {GapCode::processes_hidden, {}, {}, hidden.reason, hidden.count});
  add_socket_gaps(
      snapshot.gaps, snapshot, walk,
      hidden.count > 0 ? hidden.reason : "processes outside netmon's pid namespace are not visible",
      why_not_found);
  add_gaps(snapshot, passes, discovery, nsids);
  put_in_order(snapshot);
  snapshot.info.finished_at = now();
  return {.snapshot = std::move(snapshot), .new_executables = std::move(fresh)};
}

}  // namespace netmon
