#include "netmon/capture.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "linux/gaps.h"
#include "linux/host.h"
#include "linux/merge.h"
#include "linux/namespaces.h"
#include "linux/owners.h"
#include "linux/tables.h"
#include "netmon/error.h"

namespace netmon {
namespace {

constexpr auto kProcRoot = "/proc";

// The namespaces to read and what each of the two passes over their tables gave, index by index.
struct Passes {
  std::vector<Netns> namespaces;
  std::vector<NetnsRead> first;
  std::vector<NetnsRead> second;

  [[nodiscard]] bool entered(std::size_t i) const { return first[i].error == 0; }
};

Timestamp now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// `requests` is how many the protocol takes: all must have failed.
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

// The first pass over the namespaces that have not had theirs.
void read_first_pass(Passes& passes, const TableSources& sources) {
  const std::size_t begin = passes.first.size();
  std::vector<NetnsRead> reads =
      read_namespaces(kProcRoot, std::span(passes.namespaces).subspan(begin), sources);
  for (std::size_t i = 0; i < reads.size(); ++i) {
    const std::uint64_t proc_id = reads[i].tables.proc_id;
    if (proc_id != 0) passes.namespaces[begin + i].proc_id = proc_id;
  }
  std::move(reads.begin(), reads.end(), std::back_inserter(passes.first));
}

// The rows of one pass, moved out of it; Socket::netns becomes the index into Passes::namespaces.
std::vector<Socket> take_rows(const Passes& passes, std::vector<NetnsRead>& pass) {
  std::vector<Socket> rows;
  for (std::uint32_t i = 0; i < pass.size(); ++i) {
    std::vector<Socket> sockets = std::exchange(pass[i].tables.sockets, {});
    if (!passes.entered(i)) continue;
    for (Socket& socket : sockets) socket.netns = i;
    if (rows.empty()) {
      rows = std::move(sockets);
    } else {
      rows.insert(rows.end(), sockets.begin(), sockets.end());
    }
  }
  return rows;
}

std::vector<std::uint32_t> inodes_of(const std::vector<NetnsRead>& pass) {
  std::vector<std::uint32_t> inodes;
  for (const NetnsRead& read : pass) {
    for (const Socket& socket : read.tables.sockets) inodes.push_back(socket.inode);
  }
  return inodes;
}

std::vector<Device> devices_of(const Passes& passes, std::size_t i) {
  std::vector<Device> devices = passes.first[i].tables.devices;
  for (const Device& device : passes.second[i].tables.devices) {
    const auto same = [&](const Device& known) { return known.index == device.index; };
    if (std::none_of(devices.begin(), devices.end(), same)) devices.push_back(device);
  }
  std::sort(devices.begin(), devices.end());
  return devices;
}

// Fills Snapshot::namespaces with those that were entered, in order, and moves the sockets along.
void place_namespaces(Snapshot& snapshot, const Passes& passes) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < passes.namespaces.size(); ++i) {
    if (passes.entered(i)) order.push_back(i);
  }
  const auto key = [&](std::uint32_t i) {
    return std::tie(passes.namespaces[i].scope, passes.namespaces[i].id);
  };
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
  std::vector<std::uint32_t> place(passes.namespaces.size());
  for (const std::uint32_t i : order) {
    place[i] = static_cast<std::uint32_t>(snapshot.namespaces.size());
    const Netns& netns = passes.namespaces[i];
    snapshot.namespaces.push_back({netns.id, netns.scope, netns.containers,
                                   passes.first[i].tables.ephemeral_ports, devices_of(passes, i)});
  }
  for (Socket& socket : snapshot.sockets) socket.netns = place[socket.netns];
}

void add_namespace_gaps(std::vector<Gap>& gaps, const Passes& passes) {
  std::vector<ClosedNetns> closed;
  for (std::size_t i = 0; i < passes.namespaces.size(); ++i) {
    const Scope& scope = passes.namespaces[i].scope;
    if (!passes.entered(i)) {
      closed.push_back({&passes.namespaces[i], passes.first[i].error});
      continue;
    }
    // A table that failed in both passes is one gap.
    std::set<TableFailure> failures;
    for (const NetnsRead* read : {&passes.first[i], &passes.second[i]}) {
      failures.insert(read->tables.failures.begin(), read->tables.failures.end());
    }
    for (const TableFailure& failure : failures) {
      add_gap(gaps, {GapCode::protocol_not_answered, scope, failure.protocol, failure.reason, 1});
    }
  }
  add_netns_gaps(gaps, closed);
}

// One more walk for what came since the first one, and for owners that it passed by. A socket that
// has gone is not looked for.
OwnerWalk walk_again(OwnerWalk walk, const std::vector<Socket>& sockets, const UserNames& users,
                     const BootClock& clock) {
  const std::vector<std::uint32_t> wanted = wanted_inodes(sockets, walk.held);
  if (wanted.empty()) return walk;
  return merge_walks(std::move(walk), find_owners(kProcRoot, wanted, users, clock));
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

// Namespaces that no process lives in, but that a process holds open.
void add_held_namespaces(Passes& passes, const OwnerWalk& walk, const TableSources& sources) {
  for (const HeldNamespace& held : walk.namespaces) {
    add_namespace(passes.namespaces, {held.path, held.id});
  }
  read_first_pass(passes, sources);
  unify_namespaces(passes.namespaces);
  assign_scopes(passes.namespaces);
}

void add_gaps(Snapshot& snapshot, const Passes& passes, const NetnsDiscovery& discovery,
              const OwnerWalk& walk, const HiddenProcesses& hidden) {
  std::vector<Gap>& gaps = snapshot.gaps;
  add_gap(gaps, {GapCode::processes_hidden, {}, {}, hidden.reason, hidden.count});
  add_namespace_gaps(gaps, passes);
  if (snapshot.info.netns == NetnsSelection::current) {
    const std::uint64_t others = discovery.namespaces.size() - 1;
    add_gap(gaps, {GapCode::netns_not_requested, {}, {}, "not asked for", others});
  }
  add_gap(
      gaps,
      {GapCode::netns_not_known, {}, {}, errno_text(discovery.error), discovery.unknown_processes});
  add_socket_gaps(gaps, snapshot, walk,
                  hidden.count > 0 ? hidden.reason
                                   : "processes outside netmon's pid namespace are not visible");
  std::sort(gaps.begin(), gaps.end(), [](const Gap& a, const Gap& b) {
    return std::tie(a.code, a.scope, a.protocol, a.reason) <
           std::tie(b.code, b.scope, b.protocol, b.reason);
  });
}

}  // namespace

Snapshot capture(const CaptureOptions& options) {
  const UserNames users = read_user_names();
  const BootClock clock = read_boot_clock();
  Snapshot snapshot;
  snapshot.info = begin_info(options, users);
  const TableSources sources = choose_sources("", snapshot.info.kernel);

  const NetnsDiscovery discovery = discover_namespaces(kProcRoot);
  Passes passes;
  passes.namespaces = discovery.namespaces;
  if (options.netns == NetnsSelection::current) passes.namespaces.resize(1);
  read_first_pass(passes, sources);
  require_table(passes.first.front().tables, Protocol::tcp, 1, "sock_diag: TCP sockets");
  require_table(passes.first.front().tables, Protocol::udp, 2, "sock_diag: UDP sockets");
  OwnerWalk walk = find_owners(kProcRoot, inodes_of(passes.first), users, clock);
  if (options.netns == NetnsSelection::all) add_held_namespaces(passes, walk, sources);
  passes.second = read_namespaces(kProcRoot, passes.namespaces, sources);

  std::vector<Socket> first_rows = take_rows(passes, passes.first);
  snapshot.sockets = merge_passes(std::move(first_rows), take_rows(passes, passes.second));
  walk = walk_again(std::move(walk), snapshot.sockets, users, clock);
  const HiddenProcesses hidden = count_hidden_processes(kProcRoot);
  const bool all_looked_into =
      walk.not_permitted == 0 && hidden.count == 0 && in_initial_pid_namespace(kProcRoot);

  place_namespaces(snapshot, passes);
  sort_sockets(snapshot.sockets);
  snapshot.owners =
      attach_owners(snapshot.sockets, walk.held,
                    all_looked_into ? ProcessView::complete : ProcessView::incomplete);
  add_gaps(snapshot, passes, discovery, walk, hidden);
  snapshot.processes = std::move(walk.processes);
  snapshot.info.finished_at = now();
  return snapshot;
}

}  // namespace netmon
