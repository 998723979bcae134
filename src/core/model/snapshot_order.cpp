// The invariants of a snapshot: its indexes and its order.
#include <algorithm>
#include <iterator>
#include <numeric>
#include <tuple>
#include <utility>

#include "netmon/core/model/snapshot.h"

namespace netmon {
namespace {

// Maps each old index to its new one.
using NewIndexes = std::vector<std::uint32_t>;

// Sorts `values` by `less`, which compares two old indexes.
template <typename T, typename Less>
NewIndexes sort_by(std::vector<T>& values, Less less) {
  std::vector<std::uint32_t> old_indexes(values.size());
  std::iota(old_indexes.begin(), old_indexes.end(), 0U);
  std::ranges::sort(old_indexes, less);
  NewIndexes new_indexes(values.size());
  std::vector<T> sorted;
  sorted.reserve(values.size());
  for (const std::uint32_t old : old_indexes) {
    new_indexes[old] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(std::move(values[old]));
  }
  values = std::move(sorted);
  return new_indexes;
}

void order_namespaces(Snapshot& snapshot) {
  const NewIndexes new_index = sort_by(snapshot.namespaces, [&](std::uint32_t a, std::uint32_t b) {
    const NetNamespace& left = snapshot.namespaces[a];
    const NetNamespace& right = snapshot.namespaces[b];
    return std::tie(left.scope, left.id, a) < std::tie(right.scope, right.id, b);
  });
  for (Socket& socket : snapshot.sockets) socket.netns = new_index[socket.netns];
  for (HiddenSocket& hidden : snapshot.hidden) hidden.netns = new_index[hidden.netns];
  for (Forward& forward : snapshot.forwards) forward.netns = new_index[forward.netns];
  for (ReachFact& fact : snapshot.reach) fact.netns = new_index[fact.netns];
}

// A span can have several states of one process; they keep the order in which they were seen.
void order_processes(Snapshot& snapshot) {
  const auto key = [&](std::uint32_t i) {
    const Process& process = snapshot.processes[i];
    return std::tuple(process.pid, process.start_ticks, i);
  };
  const NewIndexes new_index = sort_by(
      snapshot.processes, [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
  for (Process& process : snapshot.processes) {
    if (process.parent) process.parent = new_index[*process.parent];
  }
  for (Owner& owner : snapshot.owners) owner.process = new_index[owner.process];
  for (HiddenSocket& hidden : snapshot.hidden) {
    if (hidden.process) hidden.process = new_index[*hidden.process];
  }
}

auto order_of(const Socket& socket) {
  return std::tie(socket.netns, socket.protocol, socket.state, socket.local.address,
                  socket.remote.address, socket.local.port, socket.remote.port, socket.cookie,
                  socket.inode);
}

// Sightings and owners follow their sockets; the owners of each socket are sorted by age.
void order_sockets(Snapshot& snapshot) {
  std::vector<std::uint32_t> order(snapshot.sockets.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return order_of(snapshot.sockets[a]) < order_of(snapshot.sockets[b]);
  });
  const auto older = [&](const Owner& a, const Owner& b) {
    const Process& p = snapshot.processes[a.process];
    const Process& q = snapshot.processes[b.process];
    return std::tie(p.start_ticks, p.pid, a) < std::tie(q.start_ticks, q.pid, b);
  };
  std::vector<Socket> sockets;
  std::vector<Owner> owners;
  std::vector<Sighting> sightings;
  sockets.reserve(order.size());
  owners.reserve(snapshot.owners.size());
  sightings.reserve(snapshot.sightings.size());
  for (const std::uint32_t old : order) {
    Socket socket = snapshot.sockets[old];
    const auto held = snapshot.owners_of(socket);
    socket.first_owner = static_cast<std::uint32_t>(owners.size());
    owners.insert(owners.end(), held.begin(), held.end());
    std::sort(std::prev(owners.end(), static_cast<std::ptrdiff_t>(held.size())), owners.end(),
              older);
    sockets.push_back(socket);
    if (!snapshot.sightings.empty()) sightings.push_back(snapshot.sightings[old]);
  }
  snapshot.sockets = std::move(sockets);
  snapshot.owners = std::move(owners);
  snapshot.sightings = std::move(sightings);
}

// Rules keep the order of their chain, because the first match decides.
void order_reach(Snapshot& snapshot) {
  const auto key_of = [](const Forward& forward) {
    return std::tie(forward.netns, forward.protocol, forward.ports, forward.address, forward.device,
                    forward.target, forward.when, forward.service);
  };
  auto& forwards = snapshot.forwards;
  std::ranges::sort(forwards,
                    [&](const Forward& a, const Forward& b) { return key_of(a) < key_of(b); });
  forwards.erase(std::unique(forwards.begin(), forwards.end()), forwards.end());
  const auto has_order = [](ReachKind kind) { return kind == ReachKind::rule; };
  std::ranges::stable_sort(snapshot.reach, [&](const ReachFact& a, const ReachFact& b) {
    const auto left = std::tie(a.netns, a.kind, a.name);
    const auto right = std::tie(b.netns, b.kind, b.name);
    if (left != right) return left < right;
    return !has_order(a.kind) && a.value < b.value;
  });
}

const char* wrong_reach(const Snapshot& snapshot) {
  for (const Forward& forward : snapshot.forwards) {
    if (forward.netns >= snapshot.namespaces.size()) return "a forward without its namespace";
  }
  for (const ReachFact& fact : snapshot.reach) {
    if (fact.netns >= snapshot.namespaces.size()) return "a fact without its namespace";
  }
  return nullptr;
}

const char* wrong_socket(const Snapshot& snapshot) {
  std::size_t owned = 0;
  for (const Socket& socket : snapshot.sockets) {
    if (socket.netns >= snapshot.namespaces.size()) return "a socket without its namespace";
    if (socket.owner_count > snapshot.owners.size() ||
        socket.first_owner > snapshot.owners.size() - socket.owner_count) {
      return "a socket without its owners";
    }
    owned += socket.owner_count;
  }
  return owned == snapshot.owners.size() ? nullptr : "an owner without its socket";
}

const char* wrong_process(const Snapshot& snapshot) {
  const std::size_t processes = snapshot.processes.size();
  for (const Owner& owner : snapshot.owners) {
    if (owner.process >= processes) return "an owner without its process";
  }
  for (const Process& process : snapshot.processes) {
    if (process.parent.value_or(0) >= processes) return "a process without its parent";
  }
  for (const HiddenSocket& hidden : snapshot.hidden) {
    if (hidden.netns >= snapshot.namespaces.size()) return "a hidden socket without its namespace";
    if (hidden.process && *hidden.process >= processes)
      return "a hidden socket without its process";
  }
  return nullptr;
}

}  // namespace

std::optional<std::string> inconsistency_of(const Snapshot& snapshot) {
  if (const char* wrong = wrong_socket(snapshot)) return wrong;
  if (const char* wrong = wrong_process(snapshot)) return wrong;
  if (const char* wrong = wrong_reach(snapshot)) return wrong;
  if (snapshot.sightings.size() != (snapshot.info.span ? snapshot.sockets.size() : 0)) {
    return "a span without its sightings, or sightings without their span";
  }
  return std::nullopt;
}

void put_in_order(Snapshot& snapshot) {
  order_namespaces(snapshot);
  order_processes(snapshot);
  order_sockets(snapshot);
  order_reach(snapshot);
  std::ranges::sort(snapshot.gaps, [](const Gap& a, const Gap& b) {
    return std::tie(a.code, a.scope, a.protocol, a.reason) <
           std::tie(b.code, b.scope, b.protocol, b.reason);
  });
}

}  // namespace netmon
