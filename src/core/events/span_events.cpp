#include "netmon/core/events/span_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "core/events/event_proofs.h"
#include "netmon/core/values/enumerator.h"

namespace netmon {
namespace {

using EventKey = std::tuple<std::uint32_t, Protocol, EventKind, IpAddress, std::uint32_t, IpAddress,
                            std::uint16_t>;

bool is_stream(EventKind kind) { return kind == EventKind::connect || kind == EventKind::accept; }

// The kind of event that would lead to the same socket.
EventKind kind_of(const Socket& socket) {
  if (is_raw(socket.protocol)) return EventKind::raw;
  if (socket.state == State::listen) return EventKind::listen;
  if (socket.state == State::unconnected) return EventKind::bind;
  if (is_datagram(socket.protocol)) return EventKind::udp_connect;
  return EventKind::connect;
}

// The key at which an event and a socket of a sample can be the same; the owner is compared
// separately. Parts that change with each connection are left out.
EventKey event_key_of(std::uint32_t netns, Protocol protocol, EventKind kind, const Endpoint& local,
                      const Endpoint& remote, std::uint32_t link_protocol) {
  switch (kind) {
    case EventKind::listen:
    case EventKind::bind:
      return {netns, protocol, kind, local.address, local.port, {}, 0};
    case EventKind::connect:
    case EventKind::udp_connect:
      return {netns, protocol, kind, {}, 0, normalized(remote.address), remote.port};
    case EventKind::accept:
    case EventKind::send:
      return {netns, protocol, kind, {}, local.port, normalized(remote.address), 0};
    case EventKind::raw:
      return {netns, protocol, kind, {}, link_protocol, {}, 0};
  }
  no_such_enumerator();
}

State state_of(const SocketEvent& event) {
  switch (event.kind) {
    case EventKind::listen:
      return State::listen;
    case EventKind::connect:
      return State::syn_sent;  // it is not known whether the peer answered
    case EventKind::accept:
      return State::established;
    case EventKind::bind:
    case EventKind::raw:
      return State::unconnected;
    case EventKind::udp_connect:
    case EventKind::send:
      return State::connected;
  }
  no_such_enumerator();
}

class EventUnion {
 public:
  EventUnion(Snapshot& span, const EventWindow& window) : span_(span), window_(window) {
    for (std::uint32_t i = 0; i < span.namespaces.size(); ++i) {
      if (span.namespaces[i].cookie != 0) netns_of_.emplace(span.namespaces[i].cookie, i);
    }
    for (std::uint32_t i = 0; i < span.processes.size(); ++i) {
      const Process& process = span.processes[i];
      known_processes_[{process.pid, process.start_ticks}].push_back(i);
    }
    for (std::uint32_t i = 0; i < span.sockets.size(); ++i) index_socket(i);
  }

  void run() {
    process_of_.resize(window_.processes.size());
    for (const EventCanary& canary : window_.canaries) canaries_.insert(canary.netns_cookie);
    for (const SocketEvent& event : window_.events) {
      if (event.kind != EventKind::accept) add(event);
    }
    // Accepts come last: all namespaces and listeners are known then.
    for (const SocketEvent& event : window_.events) {
      if (event.kind == EventKind::accept) add(event);
    }
    attribute_accepted();
    rebuild_owners();
    span_.event_counts = window_.counts;
    span_.event_proofs = event_proofs_of(window_);
    add_gaps();
    put_in_order(span_);
  }

 private:
  void index_socket(std::uint32_t index) {
    const Socket& socket = span_.sockets[index];
    const EventKind kind = kind_of(socket);
    sockets_at_[key_of(socket, kind)].push_back(index);
    if (is_stream(kind)) sockets_at_[key_of(socket, EventKind::accept)].push_back(index);
  }

  [[nodiscard]] static EventKey key_of(const Socket& socket, EventKind kind) {
    return event_key_of(socket.netns, socket.protocol, kind, socket.local, socket.remote,
                        socket.link_protocol);
  }

  void add(const SocketEvent& event) {
    if (canaries_.contains(event.netns_cookie)) {
      stored_ += event.count;
      return;
    }
    const auto netns = namespace_of(event);
    if (!netns) {
      outside_ += event.count;
      return;
    }
    stored_ += event.count;
    std::optional<std::uint32_t> process;
    if (event.process) process = process_for(*event.process);
    const std::uint32_t index = socket_for(event, *netns, process);
    Sighting& sighting = span_.sightings[index];
    const bool first = sighting.samples == 0 && sighting.events == 0;
    sighting.first_seen =
        first ? event.first_seen : std::min(sighting.first_seen, event.first_seen);
    sighting.last_seen = first ? event.last_seen : std::max(sighting.last_seen, event.last_seen);
    sighting.events += event.count;
    span_.info.finished_at = std::max(span_.info.finished_at, event.last_seen);
  }

  std::optional<std::uint32_t> namespace_of(const SocketEvent& event) {
    const auto known = netns_of_.find(event.netns_cookie);
    if (known != netns_of_.end()) return known->second;
    const bool all = span_.info.netns == NetnsSelection::all;
    if (!event.process || !all) return std::nullopt;
    NetNamespace netns;
    netns.id = event.netns_id;
    netns.cookie = event.netns_cookie;
    netns.scope = {ScopeKind::anonymous, window_.processes[*event.process].process.name};
    const auto index = static_cast<std::uint32_t>(span_.namespaces.size());
    span_.namespaces.push_back(std::move(netns));
    netns_of_.emplace(event.netns_cookie, index);
    return index;
  }

  // The process of a sample that ran the same program, or a newly added one.
  std::uint32_t process_for(std::uint32_t of_window) {
    if (process_of_[of_window]) return *process_of_[of_window];
    const Process& seen = window_.processes[of_window].process;
    for (const std::uint32_t known : known_processes_[{seen.pid, seen.start_ticks}]) {
      const Process& sampled = span_.processes[known];
      if (sampled.exe && sampled.exe != seen.exe) continue;
      if (sampled.uid && sampled.uid != seen.uid) continue;
      if (sampled.name != seen.name) continue;
      process_of_[of_window] = known;
      if (!sampled.uid) complete_ancestor(span_.processes[known], seen);
      return known;
    }
    const auto index = static_cast<std::uint32_t>(span_.processes.size());
    process_of_[of_window] = index;
    span_.processes.push_back(seen);
    span_.processes.back().parent.reset();
    known_processes_[{seen.pid, seen.start_ticks}].push_back(index);
    if (seen.parent) span_.processes[index].parent = process_for(*seen.parent);
    return index;
  }

  // Completes a process that a sample kept only as a parent.
  static void complete_ancestor(Process& known, const Process& seen) {
    const auto parent = known.parent;
    known = seen;
    known.parent = parent;
  }

  [[nodiscard]] bool is_held_by(std::uint32_t index, std::optional<std::uint32_t> process) const {
    if (index >= sampled_owners_) return added_owner(index) == process;
    const Socket& socket = span_.sockets[index];
    // A socket without an owner proves that the place was used, but not by whom, so it must not
    // absorb the events of a process.
    if (socket.owner_count == 0) return !process;
    return std::ranges::any_of(span_.owners_of(socket), [&](const Owner& owner) {
      return process && owner.process == *process;
    });
  }

  [[nodiscard]] std::optional<std::uint32_t> added_owner(std::uint32_t index) const {
    return added_owners_[index - sampled_owners_];
  }

  std::uint32_t socket_for(const SocketEvent& event, std::uint32_t netns,
                           std::optional<std::uint32_t> process) {
    const EventKind kind =
        event.kind == EventKind::send && !event.reply ? EventKind::udp_connect : event.kind;
    const EventKey key =
        event_key_of(netns, event.protocol, kind, event.local, event.remote, event.link_protocol);
    std::vector<std::uint32_t>& there = sockets_at_[key];
    for (const std::uint32_t index : there) {
      if (kind == EventKind::accept || is_held_by(index, process)) return index;
    }
    there.push_back(static_cast<std::uint32_t>(span_.sockets.size()));
    add_socket(event, netns, process);
    return there.back();
  }

  void add_socket(const SocketEvent& event, std::uint32_t netns,
                  std::optional<std::uint32_t> process) {
    Socket socket;
    socket.cookie = event.cookie;
    socket.netns = netns;
    socket.protocol = event.protocol;
    socket.state = state_of(event);
    socket.local = event.local;
    socket.remote = event.remote;
    if (event.kind == EventKind::send && !event.reply) socket.local.port = 0;
    socket.port_choice = event.port_choice;
    socket.link_protocol = event.link_protocol;
    socket.owner_state = event.by_kernel ? OwnerState::kernel : OwnerState::vanished;
    if (process) {
      socket.owner_state = OwnerState::held;
      socket.uid = span_.processes[*process].uid;
    }
    if (event.kind == EventKind::accept) {
      socket.owner_state = OwnerState::pending_accept;
      accepted_.push_back(static_cast<std::uint32_t>(span_.sockets.size()));
    }
    span_.sockets.push_back(socket);
    span_.sightings.emplace_back();
    added_owners_.push_back(process);
  }

  [[nodiscard]] std::vector<std::uint32_t> holders_of(std::uint32_t index) const {
    std::vector<std::uint32_t> holders;
    if (index >= sampled_owners_) {
      if (const auto process = added_owner(index)) holders.push_back(*process);
      return holders;
    }
    for (const Owner& owner : span_.owners_of(span_.sockets[index])) {
      holders.push_back(owner.process);
    }
    return holders;
  }

  // Whether a listener at `listening` receives packets to `local`. A listener at "::" is assumed to
  // be dual-stack.
  static bool covers(const IpAddress& listening, const IpAddress& local) {
    if (is_unspecified(listening)) {
      return listening.family == Family::ipv6 || normalized(local).family == Family::ipv4;
    }
    return normalized(listening) == normalized(local);
  }

  // An accepted connection belongs to everyone who held the listener at any time.
  void attribute_accepted() {
    using Holders = std::map<IpAddress, std::set<std::uint32_t>>;  // by listening address
    std::map<std::tuple<std::uint32_t, std::uint16_t>, Holders> holders;
    for (std::uint32_t i = 0; i < span_.sockets.size(); ++i) {
      const Socket& socket = span_.sockets[i];
      if (socket.state != State::listen) continue;
      for (const std::uint32_t process : holders_of(i)) {
        holders[{socket.netns, socket.local.port}][socket.local.address].insert(process);
      }
    }
    for (const std::uint32_t index : accepted_) {
      Socket& socket = span_.sockets[index];
      const auto found = holders.find({socket.netns, socket.local.port});
      if (found == holders.end()) continue;
      for (const auto& [listening, processes] : found->second) {
        if (!covers(listening, socket.local.address)) continue;
        socket.owner_state = OwnerState::held;
        accepted_owners_[index].insert(processes.begin(), processes.end());
      }
    }
  }

  void rebuild_owners() {
    for (std::uint32_t i = sampled_owners_; i < span_.sockets.size(); ++i) {
      Socket& socket = span_.sockets[i];
      socket.first_owner = static_cast<std::uint32_t>(span_.owners.size());
      if (const auto process = added_owner(i)) span_.owners.push_back({.process = *process});
      if (const auto of = accepted_owners_.find(i); of != accepted_owners_.end()) {
        for (const std::uint32_t process : of->second) span_.owners.push_back({.process = process});
      }
      socket.owner_count = static_cast<std::uint32_t>(span_.owners.size()) - socket.first_owner;
    }
  }

  void add_gap(GapCode code, std::string reason, std::uint64_t count) {
    if (count > 0) span_.gaps.push_back({code, {}, {}, std::move(reason), count});
  }

  void add_gaps() {
    std::uint64_t by_program = 0, for_all = 0, stored = 0, wrong = 0;
    for (const EventCount& count : window_.counts) {
      by_program += count.dropped_program;
      for_all += count.dropped_all;
      stored += count.stored;
      const std::uint64_t sum =
          count.stored + count.outside + count.dropped_program + count.dropped_all;
      wrong += std::max(sum, count.seen) - std::min(sum, count.seen);
    }
    const std::uint64_t kept = stored_ + outside_;
    wrong += std::max(stored, kept) - std::min(stored, kept);
    add_gap(GapCode::events_lost,
            "one program did more different things than netmon keeps for one program", by_program);
    add_gap(GapCode::events_lost, "there was no space for more", for_all);
    add_gap(GapCode::events_lost, "the numbers of events seen and stored differ", wrong);
    std::uint64_t nobody = 0;
    for (const SocketEvent& event : window_.events) {
      const bool has_one = event.process || event.by_kernel || event.kind == EventKind::accept;
      if (!has_one) nobody += event.count;
    }
    add_gap(GapCode::events_lost, "the processes that did this were not recorded", nobody);
    for (Gap& gap : gaps_of(span_.event_proofs)) span_.gaps.push_back(std::move(gap));
    if (!window_.no_canary.empty()) add_gap(GapCode::events_lost, window_.no_canary, 1);
  }

  Snapshot& span_;
  const EventWindow& window_;
  const std::uint32_t sampled_owners_ = static_cast<std::uint32_t>(span_.sockets.size());
  std::map<std::uint64_t, std::uint32_t> netns_of_;  // by cookie
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::vector<std::uint32_t>> known_processes_;
  std::map<EventKey, std::vector<std::uint32_t>> sockets_at_;
  std::vector<std::optional<std::uint32_t>> process_of_;    // by index in the window
  std::vector<std::optional<std::uint32_t>> added_owners_;  // of the sockets that were added
  std::vector<std::uint32_t> accepted_;
  std::map<std::uint32_t, std::set<std::uint32_t>> accepted_owners_;
  std::set<std::uint64_t> canaries_;  // namespaces of netmon's canaries, by cookie
  std::uint64_t stored_ = 0;
  std::uint64_t outside_ = 0;
};

}  // namespace

void add_events(Snapshot& span, const EventWindow& window) { EventUnion(span, window).run(); }

Gap without_events(const std::string& reason) {
  return {GapCode::between_samples, {}, {}, reason, 1};
}

}  // namespace netmon
