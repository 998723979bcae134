#include "netmon/core/model/span.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/places/hashing.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

// What identifies a socket within a boot: its cookie, or all that can be seen of it. A socket that
// listens and later connects, or is bound anew, has two keys, and both of its states are kept.
struct SocketKey {
  std::uint32_t netns = 0;  // index into the union's namespaces
  std::uint64_t cookie = 0;
  bool listens = false;
  Protocol protocol = Protocol::tcp;
  std::uint32_t inode = 0;
  Endpoint local;
  Endpoint remote;
  std::uint32_t device_index = 0;
  std::optional<bool> v6only;

  bool operator==(const SocketKey&) const = default;
};

struct SocketKeyHash {
  std::size_t operator()(const SocketKey& key) const {
    const auto [a, b] = halves(key.local.address);
    const auto [c, d] = halves(key.remote.address);
    return hash_words({a, b, c, d, key.cookie, std::uint64_t{key.inode} << 32U | key.netns,
                       std::uint64_t{static_cast<std::uint8_t>(key.protocol)} << 40U |
                           std::uint64_t{key.listens} << 32U |
                           std::uint64_t{key.local.port} << 16U | key.remote.port});
  }
};

SocketKey key_of(const Socket& socket, std::uint32_t netns) {
  SocketKey key{.netns = netns,
                .cookie = socket.cookie,
                .listens = socket.state == State::listen,
                .local = socket.local,
                .remote = socket.remote,
                .device_index = socket.device_index,
                .v6only = socket.v6only};
  if (socket.cookie == 0) {
    key.protocol = socket.protocol;
    key.inode = socket.inode;
  }
  return key;
}

// Identifies a connection by its two ends only.
SocketKey connection_key(const Socket& socket, std::uint32_t netns) {
  return {
      .netns = netns, .protocol = socket.protocol, .local = socket.local, .remote = socket.remote};
}

bool is_remainder(const Socket& socket) {
  return socket.owner_state == OwnerState::time_wait || socket.owner_state == OwnerState::orphan;
}

// How much a reading tells about who holds the socket.
int worth(OwnerState state) {
  switch (state) {
    case OwnerState::held:
      return 3;
    case OwnerState::kernel:
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
  no_such_enumerator();
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

// Whether two readings of a process can be of the same state of it.
bool agree(const Process& a, const Process& b) {
  const auto differ = [](const auto& x, const auto& y) { return x && y && x != y; };
  return a.name == b.name && !differ(a.uid, b.uid) && !differ(a.exe, b.exe) &&
         !differ(a.exe_sha256, b.exe_sha256) && !differ(a.script, b.script) &&
         !differ(a.credentials, b.credentials);
}

// Fills in what only `other` has read: less is read of an ancestor.
void complete(Process& process, const Process& other) {
  if (!process.uid) {
    auto parent = process.parent;
    process = other;
    process.parent = parent;
    return;
  }
  if (!process.exe_sha256) process.exe_sha256 = other.exe_sha256;
  if (!process.script) process.script = other.script;
  if (!process.code) process.code = other.code;
  if (!process.credentials) process.credentials = other.credentials;
  if (!process.cmdline) process.cmdline = other.cmdline;
}

// Whether both readings are equal except for what changes all the time: the title, the computed
// start time, which follows corrections of the clock, and memory that is compiled at run time.
bool says_the_same(Process fresh, const Process& known) {
  fresh.parent = known.parent;
  fresh.cmdline = known.cmdline;
  fresh.started_at = known.started_at;
  if (fresh.code && known.code) fresh.code->anonymous = known.code->anonymous;
  return fresh == known;
}

template <typename T>
void add_missing(std::vector<T>& into, const std::vector<T>& more) {
  into.insert(into.end(), more.begin(), more.end());
  std::ranges::sort(into);
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

// Namespaces are identified by cookie or inode, whatever they are called by now; without either, by
// scope.
std::pair<std::uint64_t, Scope> netns_key(const NetNamespace& netns) {
  const std::uint64_t number = netns.cookie != 0 ? netns.cookie : netns.id;
  return {number, number == 0 ? netns.scope : Scope{}};
}

}  // namespace

struct SpanUnion::Impl {
  Snapshot snapshot;  // without sockets, owners and sightings, which are in `entries`
  std::uint32_t samples = 0;
  std::vector<Entry> entries;
  std::unordered_map<SocketKey, std::uint32_t, SocketKeyHash> entry_of;
  std::unordered_map<SocketKey, std::uint32_t, SocketKeyHash> connection_of;
  std::map<std::pair<std::uint64_t, Scope>, std::uint32_t> netns_of;  // see netns_key()
  // The states of the process with this pid and start, as indexes into Snapshot::processes.
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::vector<std::uint32_t>> states_of;
  std::set<std::tuple<std::uint32_t, ReachKind, std::string, std::string>> facts_seen;

  void add_info(SnapshotInfo info);
  std::vector<std::uint32_t> add_namespaces(std::vector<NetNamespace> namespaces);
  std::uint32_t state_for(Process fresh);
  std::vector<std::uint32_t> add_processes(std::vector<Process> processes);
  Entry& entry_for(const Socket& socket);
  void add_socket(Socket socket, std::span<const Owner> owners, Timestamp seen_at);
  void add_hidden(const HiddenSocket& hidden);
  void add_reach(std::vector<Forward> forwards, std::vector<ReachFact> facts,
                 const std::vector<std::uint32_t>& netns);
  void add_gap(Gap gap);
  void add_sockets();
};

void SpanUnion::Impl::add_info(SnapshotInfo info) {
  if (samples == 0) {
    snapshot.info = std::move(info);
    return;
  }
  snapshot.info.finished_at = info.finished_at;
  if (info.owner_method == OwnerMethod::proc) snapshot.info.owner_method = OwnerMethod::proc;
}

std::vector<std::uint32_t> SpanUnion::Impl::add_namespaces(std::vector<NetNamespace> namespaces) {
  std::vector<std::uint32_t> index;
  for (NetNamespace& netns : namespaces) {
    const auto next = static_cast<std::uint32_t>(snapshot.namespaces.size());
    const auto [at, added] = netns_of.emplace(netns_key(netns), next);
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

// A process that ran another program for a while, or as another user, is stored once for each
// state.
std::uint32_t SpanUnion::Impl::state_for(Process fresh) {
  std::vector<std::uint32_t>& states = states_of[{fresh.pid, fresh.start_ticks}];
  for (const std::uint32_t state : states) {
    Process& known = snapshot.processes[state];
    if (!agree(fresh, known)) continue;
    complete(fresh, known);
    complete(known, fresh);
    if (says_the_same(fresh, known)) return state;
  }
  states.push_back(static_cast<std::uint32_t>(snapshot.processes.size()));
  fresh.parent.reset();  // set once its parent has an index
  snapshot.processes.push_back(std::move(fresh));
  return states.back();
}

std::vector<std::uint32_t> SpanUnion::Impl::add_processes(std::vector<Process> processes) {
  std::vector<std::uint32_t> index;
  index.reserve(processes.size());
  for (const Process& process : processes) index.push_back(state_for(process));
  for (std::size_t i = 0; i < processes.size(); ++i) {
    Process& stored = snapshot.processes[index[i]];
    if (processes[i].parent && !stored.parent) stored.parent = index[*processes[i].parent];
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
    if (!first && !socket.port_choice) socket.port_choice = entry.socket.port_choice;
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

// The span has what any sample saw, in the order in which it was first seen.
void SpanUnion::Impl::add_reach(std::vector<Forward> forwards, std::vector<ReachFact> facts,
                                const std::vector<std::uint32_t>& netns) {
  for (Forward& forward : forwards) {
    forward.netns = netns[forward.netns];
    if (std::ranges::find(snapshot.forwards, forward) == snapshot.forwards.end()) {
      snapshot.forwards.push_back(std::move(forward));
    }
  }
  for (ReachFact& fact : facts) {
    fact.netns = netns[fact.netns];
    if (facts_seen.emplace(fact.netns, fact.kind, fact.name, fact.value).second) {
      snapshot.reach.push_back(std::move(fact));
    }
  }
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

void SpanUnion::Impl::add_sockets() {
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
  impl_->add_reach(std::move(sample.forwards), std::move(sample.reach), netns);
  for (Gap& gap : sample.gaps) impl_->add_gap(std::move(gap));
}

std::uint32_t SpanUnion::samples() const { return impl_->samples; }
std::size_t SpanUnion::sockets() const { return impl_->entries.size(); }

Snapshot SpanUnion::finish(std::chrono::milliseconds every) && {
  if (impl_->samples == 0) throw std::logic_error("a span without a sample");
  impl_->snapshot.info.span = Span{.every = every, .samples = impl_->samples};
  impl_->add_sockets();
  put_in_order(impl_->snapshot);
  return std::move(impl_->snapshot);
}

}  // namespace netmon
