#include "netmon/span.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "netmon/text.h"

namespace netmon {
namespace {

// What names a socket within a boot: its cookie, or all that can be seen of it.
struct SocketKey {
  std::uint32_t netns = 0;  // index into the union's namespaces
  std::uint64_t cookie = 0;
  Protocol protocol = Protocol::tcp;
  std::uint32_t inode = 0;
  Endpoint local;
  Endpoint remote;

  bool operator==(const SocketKey&) const = default;
};

struct SocketKeyHash {
  std::size_t operator()(const SocketKey& key) const {
    std::uint64_t hash = key.cookie ^ std::uint64_t{key.inode} << 32U ^ key.netns;
    const auto mix = [&](std::uint64_t value) {
      hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 32U;
    };
    mix(std::uint64_t{static_cast<std::uint8_t>(key.protocol)} << 32U |
        std::uint64_t{key.local.port} << 16U | key.remote.port);
    for (const Endpoint* endpoint : {&key.local, &key.remote}) {
      for (const std::uint8_t byte : endpoint->address.bytes) mix(byte);
    }
    return hash;
  }
};

SocketKey key_of(const Socket& socket, std::uint32_t netns) {
  if (socket.cookie != 0) return {.netns = netns, .cookie = socket.cookie};
  return {.netns = netns,
          .protocol = socket.protocol,
          .inode = socket.inode,
          .local = socket.local,
          .remote = socket.remote};
}

// A connection by its two ends alone.
SocketKey connection_key(const Socket& socket, std::uint32_t netns) {
  return {
      .netns = netns, .protocol = socket.protocol, .local = socket.local, .remote = socket.remote};
}

bool is_remainder(const Socket& socket) {
  return socket.owner_state == OwnerState::time_wait || socket.owner_state == OwnerState::orphan;
}

// How much a reading says about who holds the socket.
int worth(OwnerState state) {
  switch (state) {
    case OwnerState::held:
      return 3;
    case OwnerState::pending_accept:
    case OwnerState::request:
    case OwnerState::no_process:
      return 2;
    case OwnerState::not_permitted:
    case OwnerState::vanished:
      return 1;
    case OwnerState::time_wait:
    case OwnerState::orphan:
      return 0;
  }
  return 0;
}

struct Entry {
  Socket socket;
  Sighting sighting;
  std::uint32_t last_sample = 0;  // its number, from 1
  std::vector<Owner> owners;      // of all samples, in the order in which they were first seen
};

bool adds_up(GapCode code) {
  return code == GapCode::owners_vanished || code == GapCode::processes_vanished ||
         code == GapCode::netns_vanished || code == GapCode::samples_missed;
}

template <typename T>
void add_missing(std::vector<T>& into, const std::vector<T>& more) {
  into.insert(into.end(), more.begin(), more.end());
  std::ranges::sort(into);
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

// The order in which a permutation puts `keys`, and for each old index its new one.
struct Order {
  std::vector<std::uint32_t> old_index;
  std::vector<std::uint32_t> new_index;
};

template <typename Key>
Order order_by(std::size_t count, Key key) {
  Order order{std::vector<std::uint32_t>(count), std::vector<std::uint32_t>(count)};
  std::iota(order.old_index.begin(), order.old_index.end(), 0U);
  std::ranges::sort(order.old_index,
                    [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
  for (std::uint32_t i = 0; i < count; ++i) order.new_index[order.old_index[i]] = i;
  return order;
}

template <typename T>
std::vector<T> permuted(std::vector<T> values, const Order& order) {
  std::vector<T> result;
  result.reserve(values.size());
  for (const std::uint32_t old : order.old_index) result.push_back(std::move(values[old]));
  return result;
}

}  // namespace

struct SpanUnion::Impl {
  Snapshot snapshot;  // without sockets, owners and sightings, which are in `entries`
  std::uint32_t samples = 0;
  std::vector<Entry> entries;
  std::unordered_map<SocketKey, std::uint32_t, SocketKeyHash> entry_of;
  std::unordered_map<SocketKey, std::uint32_t, SocketKeyHash> connection_of;
  std::map<std::pair<std::uint64_t, Scope>, std::uint32_t> netns_of;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> process_of;

  void add_info(SnapshotInfo info);
  std::vector<std::uint32_t> add_namespaces(std::vector<NetNamespace> namespaces);
  std::vector<std::uint32_t> add_processes(std::vector<Process> processes);
  Entry& entry_for(const Socket& socket);
  void add_socket(Socket socket, std::span<const Owner> owners, Timestamp seen_at);
  void add_hidden(const HiddenSocket& hidden);
  void add_gap(Gap gap);
  void order_namespaces();
  void order_processes();
  void place_sockets();
};

void SpanUnion::Impl::add_info(SnapshotInfo info) {
  if (samples == 0) {
    snapshot.info = std::move(info);
    return;
  }
  snapshot.info.finished_at = info.finished_at;
  if (info.owner_method != snapshot.info.owner_method) snapshot.info.owner_method = "proc";
}

std::vector<std::uint32_t> SpanUnion::Impl::add_namespaces(std::vector<NetNamespace> namespaces) {
  std::vector<std::uint32_t> index;
  for (NetNamespace& netns : namespaces) {
    const auto next = static_cast<std::uint32_t>(snapshot.namespaces.size());
    const auto [at, added] = netns_of.emplace(std::pair(netns.id, netns.scope), next);
    index.push_back(at->second);
    if (added) {
      snapshot.namespaces.push_back(std::move(netns));
      continue;
    }
    NetNamespace& known = snapshot.namespaces[at->second];
    known.ephemeral_ports = netns.ephemeral_ports;
    add_missing(known.containers, netns.containers);
    add_missing(known.devices, netns.devices);
  }
  return index;
}

std::vector<std::uint32_t> SpanUnion::Impl::add_processes(std::vector<Process> processes) {
  std::vector<std::uint32_t> index;
  for (const Process& process : processes) {
    const auto next = static_cast<std::uint32_t>(process_of.size());
    const auto key = std::pair(process.pid, process.start_ticks);
    index.push_back(process_of.emplace(key, next).first->second);
  }
  snapshot.processes.resize(process_of.size());
  for (std::size_t i = 0; i < processes.size(); ++i) {
    Process& fresh = processes[i];
    Process& known = snapshot.processes[index[i]];
    if (fresh.parent) fresh.parent = index[*fresh.parent];
    const bool first = known.pid == 0;
    if (!first && !fresh.uid) continue;  // an ancestor's reading, which says less
    if (!first && !fresh.exe_sha256 && fresh.exe == known.exe) fresh.exe_sha256 = known.exe_sha256;
    if (!fresh.parent) fresh.parent = known.parent;
    known = std::move(fresh);
  }
  return index;
}

Entry& SpanUnion::Impl::entry_for(const Socket& socket) {
  if (is_remainder(socket)) {
    const auto connection = connection_of.find(connection_key(socket, socket.netns));
    if (connection != connection_of.end()) return entries[connection->second];
  }
  const auto next = static_cast<std::uint32_t>(entries.size());
  const auto [at, added] = entry_of.emplace(key_of(socket, socket.netns), next);
  if (added) entries.emplace_back();
  return entries[at->second];
}

void SpanUnion::Impl::add_socket(Socket socket, std::span<const Owner> owners, Timestamp seen_at) {
  Entry& entry = entry_for(socket);
  const bool first = entry.last_sample == 0;
  if (first) entry.sighting.first_seen = seen_at;
  if (entry.last_sample != samples) ++entry.sighting.samples;
  entry.last_sample = samples;
  entry.sighting.last_seen = seen_at;
  const bool both = entry.socket.presence == Presence::both || socket.presence == Presence::both;
  if (first || worth(socket.owner_state) >= worth(entry.socket.owner_state)) {
    if (!first && !socket.port_chosen) socket.port_chosen = entry.socket.port_chosen;
    entry.socket = socket;
  }
  if (!first && both) entry.socket.presence = Presence::both;
  for (const Owner& owner : owners) {
    if (std::ranges::find(entry.owners, owner.process, &Owner::process) == entry.owners.end()) {
      entry.owners.push_back(owner);
    }
  }
  if (socket.remote.address.family != Family::none && !is_remainder(socket)) {
    connection_of.insert_or_assign(connection_key(socket, socket.netns),
                                   static_cast<std::uint32_t>(&entry - entries.data()));
  }
}

void SpanUnion::Impl::add_hidden(const HiddenSocket& hidden) {
  const auto key = [](const HiddenSocket& h) {
    return std::tie(h.netns, h.protocol, h.local, h.remote, h.inode, h.seen_in, h.missing_from);
  };
  const auto same = [&](const HiddenSocket& known) { return key(known) == key(hidden); };
  if (std::ranges::none_of(snapshot.hidden, same)) snapshot.hidden.push_back(hidden);
}

void SpanUnion::Impl::add_gap(Gap gap) {
  const auto same = [&](const Gap& known) {
    return std::tie(known.code, known.scope, known.protocol) ==
               std::tie(gap.code, gap.scope, gap.protocol) &&
           without_numbers(known.reason) == without_numbers(gap.reason);
  };
  const auto known = std::ranges::find_if(snapshot.gaps, same);
  if (known == snapshot.gaps.end()) {
    snapshot.gaps.push_back(std::move(gap));
  } else if (adds_up(gap.code)) {
    known->count += gap.count;
  } else if (gap.count > known->count) {
    *known = std::move(gap);
  }
}

void SpanUnion::Impl::order_namespaces() {
  const Order order = order_by(snapshot.namespaces.size(), [&](std::uint32_t i) {
    return std::tie(snapshot.namespaces[i].scope, snapshot.namespaces[i].id);
  });
  snapshot.namespaces = permuted(std::move(snapshot.namespaces), order);
  for (Entry& entry : entries) entry.socket.netns = order.new_index[entry.socket.netns];
  for (HiddenSocket& hidden : snapshot.hidden) hidden.netns = order.new_index[hidden.netns];
}

void SpanUnion::Impl::order_processes() {
  const Order order = order_by(snapshot.processes.size(), [&](std::uint32_t i) {
    return std::tie(snapshot.processes[i].pid, snapshot.processes[i].start_ticks);
  });
  snapshot.processes = permuted(std::move(snapshot.processes), order);
  for (Process& process : snapshot.processes) {
    if (process.parent) process.parent = order.new_index[*process.parent];
  }
  for (Entry& entry : entries) {
    for (Owner& owner : entry.owners) owner.process = order.new_index[owner.process];
    std::ranges::sort(entry.owners, [&](const Owner& a, const Owner& b) {
      const Process& p = snapshot.processes[a.process];
      const Process& q = snapshot.processes[b.process];
      return std::tie(p.start_ticks, p.pid, a) < std::tie(q.start_ticks, q.pid, b);
    });
  }
  for (HiddenSocket& hidden : snapshot.hidden) {
    if (hidden.process) hidden.process = order.new_index[*hidden.process];
  }
}

void SpanUnion::Impl::place_sockets() {
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return order_of(a.socket) < order_of(b.socket);
  });
  for (Entry& entry : entries) {
    entry.socket.first_owner = static_cast<std::uint32_t>(snapshot.owners.size());
    entry.socket.owner_count = static_cast<std::uint32_t>(entry.owners.size());
    snapshot.owners.insert(snapshot.owners.end(), entry.owners.begin(), entry.owners.end());
    snapshot.sockets.push_back(entry.socket);
    snapshot.sightings.push_back(entry.sighting);
  }
}

SpanUnion::SpanUnion() : impl_(std::make_unique<Impl>()) {}
SpanUnion::SpanUnion(SpanUnion&&) noexcept = default;
SpanUnion& SpanUnion::operator=(SpanUnion&&) noexcept = default;
SpanUnion::~SpanUnion() = default;

void SpanUnion::add(Snapshot sample) {
  const Timestamp seen_at = sample.info.started_at;
  impl_->add_info(std::move(sample.info));
  ++impl_->samples;
  const auto netns = impl_->add_namespaces(std::move(sample.namespaces));
  const auto process = impl_->add_processes(std::move(sample.processes));
  for (Owner& owner : sample.owners) owner.process = process[owner.process];
  for (Socket& socket : sample.sockets) {
    const auto owners =
        std::span<const Owner>(sample.owners).subspan(socket.first_owner, socket.owner_count);
    socket.netns = netns[socket.netns];
    impl_->add_socket(socket, owners, seen_at);
  }
  for (HiddenSocket& hidden : sample.hidden) {
    hidden.netns = netns[hidden.netns];
    if (hidden.process) hidden.process = process[*hidden.process];
    impl_->add_hidden(hidden);
  }
  for (Gap& gap : sample.gaps) impl_->add_gap(std::move(gap));
}

std::uint32_t SpanUnion::samples() const { return impl_->samples; }
std::size_t SpanUnion::sockets() const { return impl_->entries.size(); }

Snapshot SpanUnion::finish(std::chrono::milliseconds every) && {
  if (impl_->samples == 0) throw std::logic_error("a span without a sample");
  impl_->snapshot.info.span = Span{.every = every, .samples = impl_->samples};
  impl_->order_namespaces();
  impl_->order_processes();
  impl_->place_sockets();
  std::ranges::sort(impl_->snapshot.gaps,
                    [](const Gap& a, const Gap& b) { return order_of(a) < order_of(b); });
  return std::move(impl_->snapshot);
}

}  // namespace netmon
