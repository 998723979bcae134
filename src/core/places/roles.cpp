#include "core/places/roles.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/places/hashing.h"
#include "core/places/listeners.h"

namespace netmon {
namespace {

using ProcessKey = std::pair<std::uint32_t, std::uint64_t>;  // pid, start_ticks: unique in a boot

constexpr std::uint32_t kNoNamespace = UINT32_MAX;

ProcessKey key_of(const Process& process) { return {process.pid, process.start_ticks}; }

bool is_connection(const Socket& socket) {
  return !is_raw(socket.protocol) && socket.state != State::listen &&
         socket.state != State::unconnected && socket.state != State::bound &&
         socket.state != State::close;
}

bool has_ephemeral_port(const Snapshot& snapshot, const Socket& socket) {
  return snapshot.namespaces[socket.netns].ephemeral_ports.contains(socket.local.port);
}

// The kernel is known to have chosen no port outside the ephemeral range but in sockets that it
// says so of; a socket that no process holds has a port that was configured.
bool is_known_purposeful(const Snapshot& snapshot, const Socket& socket) {
  if (!is_datagram(socket.protocol) || socket.state != State::unconnected) return false;
  if (socket.port_choice) return *socket.port_choice == PortChoice::program;
  return socket.owner_state == OwnerState::kernel || !has_ephemeral_port(snapshot, socket);
}

// UDP ports that are known to be chosen on purpose, by space.
class PurposefulPorts {
 public:
  explicit PurposefulPorts(const RoleView& view) {
    for (const Socket& socket : view.snapshot.sockets) {
      if (is_known_purposeful(view.snapshot, socket)) ports_.insert(key(view, socket));
    }
  }
  [[nodiscard]] bool contains(const RoleView& view, const Socket& socket) const {
    return ports_.contains(key(view, socket));
  }

 private:
  static std::uint64_t key(const RoleView& view, const Socket& socket) {
    return std::uint64_t{view.spaces[socket.netns]} << 32U |
           std::uint64_t{static_cast<std::uint8_t>(socket.protocol)} << 16U | socket.local.port;
  }
  std::unordered_set<std::uint64_t> ports_;
};

// What one side knows: where it is received, and by whom.
struct Knowledge {
  explicit Knowledge(const RoleView& of) : view(of), purposeful(of) {}

  [[nodiscard]] bool listens(const Socket& socket, const Knowledge* other) const {
    if (socket.state == State::listen) return true;
    if (is_known_purposeful(view.snapshot, socket)) return true;
    const bool open =
        is_datagram(socket.protocol) && socket.state == State::unconnected && !socket.port_choice;
    return open && other != nullptr && other->purposeful.contains(view, socket);
  }

  void index(const Knowledge* other) {
    for (const Socket& socket : view.snapshot.sockets) {
      const bool datagram = is_datagram(socket.protocol) && socket.state == State::unconnected;
      if (socket.state != State::listen && !datagram) continue;
      const bool is_listener = listens(socket, other);
      here.add(view.snapshot, socket, socket.netns, is_listener);
      if (is_listener) by_space.add(view.snapshot, socket, view.spaces[socket.netns], true);
    }
    here.finish();
    by_space.finish();
    for (std::uint32_t i = 0; i < view.snapshot.processes.size(); ++i) {
      processes.emplace(key_of(view.snapshot.processes[i]), i);
    }
  }

  const RoleView& view;
  PurposefulPorts purposeful;
  ReceiverIndex here;                             // by namespace
  ReceiverIndex by_space;                         // listeners alone
  std::map<ProcessKey, std::uint32_t> processes;  // the first of each
};

// Whether a process accepts in the name of the receivers of a side.
class Acceptance {
 public:
  Acceptance(const Knowledge& own, const Knowledge& listening, const Programs& programs)
      : own_(own),
        listening_(listening),
        programs_(programs),
        one_snapshot_(&own == &listening),
        one_boot_(one_snapshot_ ||
                  same_boot(own.view.snapshot.info, listening.view.snapshot.info)) {}

  // For TCP whoever holds the listener, descends from such a process, or runs the same program. The
  // service manager's descent proves nothing. The kernel accepts nothing over UDP: there it is the
  // holder itself.
  bool accepts(const Receivers& receivers, Protocol protocol, std::uint32_t process) {
    const Key key{&receivers, std::uint64_t{process} << 8U | static_cast<std::uint8_t>(protocol)};
    if (key == latest_) return latest_accepts_;
    const auto [entry, is_new] = known_.try_emplace(key, false);
    if (is_new) entry->second = find_out(receivers, protocol, process);
    latest_ = key;
    return latest_accepts_ = entry->second;
  }

 private:
  using Key = std::pair<const Receivers*, std::uint64_t>;  // and process and protocol
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return hash_words({std::hash<const Receivers*>()(key.first), key.second});
    }
  };

  [[nodiscard]] bool holds(const Receivers& receivers, const Process& process,
                           std::uint32_t index) const {
    if (one_snapshot_) return std::ranges::binary_search(receivers.holders, index);
    if (!one_boot_) return false;
    const auto same = listening_.processes.find(key_of(process));
    return same != listening_.processes.end() &&
           std::ranges::binary_search(receivers.holders, same->second);
  }

  [[nodiscard]] bool find_out(const Receivers& receivers, Protocol protocol,
                              std::uint32_t process) const {
    const Snapshot& snapshot = own_.view.snapshot;
    if (holds(receivers, snapshot.processes[process], process)) return true;
    if (is_datagram(protocol)) return false;
    const std::uint32_t program = own_.view.programs[process];
    const auto runs_it = [&](std::uint32_t holder) {
      return programs_.same_program(program, listening_.view.programs[holder]);
    };
    if (std::ranges::any_of(receivers.holders, runs_it)) return true;
    return std::ranges::any_of(
        ancestors_of(snapshot, snapshot.processes[process]), [&](const Process* ancestor) {
          const auto index = static_cast<std::uint32_t>(ancestor - snapshot.processes.data());
          return !is_service_manager(*ancestor) && holds(receivers, *ancestor, index);
        });
  }

  const Knowledge& own_;
  const Knowledge& listening_;
  const Programs& programs_;
  bool one_snapshot_;
  bool one_boot_;
  std::unordered_map<Key, bool, Hash> known_;
  Key latest_{};  // most connections have the holder of the one before them
  bool latest_accepts_ = false;
};

// The private addresses that the sockets of one namespace alone have. A public one is never taken
// for another namespace's: who makes a namespace can give it any address.
class AddressOwners {
 public:
  explicit AddressOwners(const Snapshot& snapshot) {
    if (snapshot.namespaces.size() < 2) return;
    for (const Socket& socket : snapshot.sockets) {
      const IpAddress address = normalized(socket.local.address);
      if (reach_of(address) != Reach::internal || is_link_local(address)) continue;
      const auto [entry, is_new] = owners_.try_emplace(address, socket.netns);
      if (!is_new && entry->second != socket.netns) entry->second = kNoNamespace;
    }
  }

  // The namespace, other than its own, that has the remote address of the socket.
  [[nodiscard]] std::uint32_t owner_of_remote(const Socket& socket) const {
    if (owners_.empty()) return kNoNamespace;
    const auto found = owners_.find(normalized(socket.remote.address));
    return found == owners_.end() || found->second == socket.netns ? kNoNamespace : found->second;
  }

 private:
  std::map<IpAddress, std::uint32_t> owners_;
};

// A connection of this host to itself, seen from one end.
struct EndsKey {
  std::uint32_t netns = 0;
  Protocol protocol = Protocol::tcp;
  Endpoint local;
  Endpoint remote;

  bool operator==(const EndsKey&) const = default;
};

struct EndsHash {
  std::size_t operator()(const EndsKey& key) const {
    const auto [a, b] = halves(key.local.address);
    const auto [c, d] = halves(key.remote.address);
    return hash_words(
        {a, b, c, d, std::uint64_t{key.netns} << 32U | key.local.port,
         std::uint64_t{static_cast<std::uint8_t>(key.protocol)} << 32U | key.remote.port});
  }
};

Endpoint normal(const Endpoint& endpoint) { return {normalized(endpoint.address), endpoint.port}; }

// The remote end can only be a socket of the same namespace.
bool stays_here(const Socket& socket) {
  return reach_of(normalized(socket.remote.address)) == Reach::loopback ||
         normalized(socket.remote.address) == normalized(socket.local.address);
}

class LocalPairs {
 public:
  explicit LocalPairs(const Snapshot& snapshot) : snapshot_(snapshot) {
    for (std::uint32_t i = 0; i < snapshot.sockets.size(); ++i) {
      const Socket& socket = snapshot.sockets[i];
      if (!is_connection(socket) || !stays_here(socket)) continue;
      ends_.emplace(
          EndsKey{socket.netns, socket.protocol, normal(socket.local), normal(socket.remote)}, i);
    }
  }

  [[nodiscard]] const Socket* other_end(const Socket& socket) const {
    const auto found =
        ends_.find({socket.netns, socket.protocol, normal(socket.remote), normal(socket.local)});
    return found == ends_.end() ? nullptr : &snapshot_.sockets[found->second];
  }

 private:
  const Snapshot& snapshot_;
  std::unordered_map<EndsKey, std::uint32_t, EndsHash> ends_;
};

// Decides one side; `other` is the other one, which may be absent.
class Decider {
 public:
  Decider(const Knowledge& own, const Knowledge* other, const Programs& programs)
      : own_(own),
        other_(other),
        snapshot_(own.view.snapshot),
        pairs_(snapshot_),
        addresses_(snapshot_),
        here_(own, own, programs),
        programs_(programs) {
    if (other != nullptr) lent_.emplace(own, *other, programs);
  }

  SideRoles run() {
    SideRoles decided;
    decided.roles.reserve(snapshot_.sockets.size());
    for (std::uint32_t i = 0; i < snapshot_.sockets.size(); ++i) {
      decided.roles.push_back(decide(i, decided));
    }
    return decided;
  }

  // Connections to a port that is listened on, of which nothing proves that they were accepted.
  [[nodiscard]] const std::vector<std::uint32_t>& unproven() const { return unproven_; }

 private:
  SocketRole decide(std::uint32_t index, SideRoles& all) {
    const Socket& socket = snapshot_.sockets[index];
    if (is_raw(socket.protocol)) return {.role = Role::raw};
    if (own_.listens(socket, other_)) return {.role = Role::listener};
    if (socket.state == State::unconnected) return {.role = Role::client};
    if (!is_connection(socket)) return {};
    const bool local = stays_here(socket);
    const Socket* end = local ? pairs_.other_end(socket) : nullptr;
    if (end != nullptr && one_program_holds(socket, *end)) return {};
    SocketRole decided = direction_of(index, socket);
    const std::uint32_t netns = local ? socket.netns : addresses_.owner_of_remote(socket);
    if (netns == kNoNamespace) return decided;
    if (decided.role == Role::outbound) decided = outbound_on_this_host(socket, netns, end);
    if (!local) all.remote_netns.emplace(index, netns);
    return decided;
  }

  SocketRole direction_of(std::uint32_t index, const Socket& socket) {
    const bool tcp = socket.protocol == Protocol::tcp;
    if (tcp && socket.port_choice) {
      if (*socket.port_choice != PortChoice::kernel) return {.role = Role::outbound};
      if (!has_ephemeral_port(snapshot_, socket)) return {.role = Role::inbound};
    }
    bool listened = false;
    bool hidden = false;
    const auto any_accepts = [&](const FoundReceivers& found, Acceptance& acceptance) {
      return std::ranges::any_of(found, [&](const Receivers* receivers) {
        if (!receivers->listens) return false;
        listened = true;
        hidden |= receivers->hidden;
        return is_accepted(socket, *receivers, acceptance);
      });
    };
    if (any_accepts(own_.here.find(socket, socket.netns), here_)) return {.role = Role::inbound};
    // Another namespace of this scope may have had it, whose ephemeral ports say nothing here.
    const bool collective = is_collective(snapshot_.namespaces[socket.netns].scope);
    if (lent_ && !(collective && has_ephemeral_port(snapshot_, socket))) {
      const auto lent = other_->by_space.find(socket, own_.view.spaces[socket.netns]);
      if (any_accepts(lent, *lent_)) return {.role = Role::inbound};
    }
    if (!listened) return {.role = Role::outbound};
    unproven_.push_back(index);
    const bool undecided = is_holder_hidden(socket) || hidden;
    return {.role = undecided ? Role::inbound : Role::outbound, .undecided = undecided};
  }

  [[nodiscard]] bool is_accepted(const Socket& socket, const Receivers& receivers,
                                 Acceptance& acceptance) const {
    if (is_holder_hidden(socket)) return false;
    if (socket.owner_count > 0) {
      return std::ranges::all_of(snapshot_.owners_of(socket), [&](const Owner& owner) {
        return acceptance.accepts(receivers, socket.protocol, owner.process);
      });
    }
    if (socket.owner_state == OwnerState::kernel) return receivers.kernel;
    return socket.protocol == Protocol::tcp;  // waits to be accepted, or was closed
  }

  [[nodiscard]] bool one_program_holds(const Socket& socket, const Socket& end) const {
    const auto programs = [&](const Socket& of) {
      std::vector<std::uint32_t> found;
      for (const Owner& owner : snapshot_.owners_of(of)) {
        found.push_back(own_.view.programs[owner.process]);
      }
      return found;
    };
    const auto owners = snapshot_.owners_of(socket);
    const auto owners_there = snapshot_.owners_of(end);
    if (!owners.empty() &&
        std::ranges::equal(owners, owners_there, {}, &Owner::process, &Owner::process)) {
      return true;
    }
    const auto mine = programs(socket);
    const auto others = programs(end);
    const auto all_same = [&](std::uint32_t program) {
      return std::ranges::all_of(
          others, [&](std::uint32_t other) { return programs_.same_program(program, other); });
    };
    return !mine.empty() && !others.empty() && std::ranges::all_of(mine, all_same);
  }

  // Whether all that hold the socket receive at its remote end, too.
  [[nodiscard]] bool holds_both_ends(const Socket& socket, const Receivers& receivers) const {
    const auto receives = [&](const Owner& owner) {
      return std::ranges::binary_search(receivers.holders, owner.process);
    };
    return socket.owner_count > 0 && std::ranges::all_of(snapshot_.owners_of(socket), receives);
  }

  // A connection without a holder proves nothing that its listener does not: a health check's end.
  // One to a port that the kernel chose is to whoever asked for any port.
  // `netns` is where the remote end is, and `end` the socket there, if it was seen.
  [[nodiscard]] SocketRole outbound_on_this_host(const Socket& socket, std::uint32_t netns,
                                                 const Socket* end) const {
    SocketRole role{.role = Role::outbound};
    Socket remote;
    remote.protocol = socket.protocol;
    remote.local = socket.remote;
    const FoundReceivers receivers = own_.here.find(remote, netns);
    const bool ephemeral = snapshot_.namespaces[netns].ephemeral_ports.contains(socket.remote.port);
    const bool held = socket.owner_count > 0 || is_holder_hidden(socket) ||
                      socket.owner_state == OwnerState::kernel;
    if (!held && (!receivers.empty() || ephemeral)) return {};
    if (std::ranges::any_of(receivers, [&](const Receivers* receiver) {
          return netns == socket.netns && holds_both_ends(socket, *receiver);
        })) {
      return {};
    }
    for (const Receivers* receiver : receivers) {
      role.remote_port_by_kernel |= receiver->port_by_kernel;
      role.remote_choice_unknown |= receiver->choice_unknown;
    }
    if (receivers.empty() && end != nullptr && ephemeral) {
      role.remote_port_by_kernel = end->port_choice == PortChoice::kernel;
      role.remote_choice_unknown = !end->port_choice;
    }
    return role;
  }

  const Knowledge& own_;
  const Knowledge* other_;
  const Snapshot& snapshot_;
  LocalPairs pairs_;
  AddressOwners addresses_;
  Acceptance here_;
  std::optional<Acceptance> lent_;
  const Programs& programs_;
  std::vector<std::uint32_t> unproven_;
};

// A connection that both sides have is what it was: BEFORE's answer counts where it has one, and
// AFTER's where BEFORE could not see the holder.
void lend_directions(const RoleView& before, std::vector<SocketRole>& roles_before,
                     const RoleView& after, std::vector<SocketRole>& roles_after,
                     const std::vector<std::uint32_t>& unproven_before,
                     const std::vector<std::uint32_t>& unproven_after) {
  if (!same_boot(before.snapshot.info, after.snapshot.info)) return;
  std::unordered_map<std::uint64_t, std::uint32_t> asked;  // by cookie
  const auto ask = [&](const RoleView& view, const std::vector<std::uint32_t>& indexes) {
    asked.clear();
    for (const std::uint32_t i : indexes) {
      const Socket& socket = view.snapshot.sockets[i];
      if (socket.cookie != 0) asked.emplace(socket.cookie, i);
    }
  };
  ask(after, unproven_after);
  for (std::size_t i = 0; i < roles_before.size() && !asked.empty(); ++i) {
    const auto same = asked.find(before.snapshot.sockets[i].cookie);
    const SocketRole& was = roles_before[i];
    if (same == asked.end() || was.role != Role::inbound || was.undecided) continue;
    roles_after[same->second] = was;
  }
  ask(before, unproven_before);
  for (std::size_t i = 0; i < roles_after.size() && !asked.empty(); ++i) {
    const auto same = asked.find(after.snapshot.sockets[i].cookie);
    if (same == asked.end() || !roles_after[i].role || roles_after[i].undecided) continue;
    SocketRole& was = roles_before[same->second];
    if (was.undecided) was = roles_after[i];
  }
}

}  // namespace

bool is_holder_hidden(const Socket& socket) {
  switch (socket.owner_state) {
    case OwnerState::not_permitted:
    case OwnerState::no_process:
      return true;
    case OwnerState::vanished:  // one that was in one pass only went away with its holder
      return socket.presence == Presence::both;
    case OwnerState::held:
    case OwnerState::kernel:
    case OwnerState::time_wait:
    case OwnerState::orphan:
    case OwnerState::pending_accept:
    case OwnerState::request:
      return false;
  }
  return true;
}

bool is_port_choice_unknown(const Snapshot& snapshot, const Socket& socket) {
  return !socket.port_choice && socket.owner_state != OwnerState::kernel &&
         has_ephemeral_port(snapshot, socket);
}

Roles decide_roles(const RoleView& before, const RoleView& after, const Programs& programs) {
  Knowledge of_before(before);
  Knowledge of_after(after);
  of_before.index(&of_after);
  of_after.index(&of_before);
  Decider decide_before(of_before, &of_after, programs);
  Decider decide_after(of_after, &of_before, programs);
  Roles roles{decide_before.run(), decide_after.run()};
  lend_directions(before, roles.before.roles, after, roles.after.roles, decide_before.unproven(),
                  decide_after.unproven());
  return roles;
}

SideRoles decide_roles(const RoleView& view, const Programs& programs) {
  Knowledge knowledge(view);
  knowledge.index(nullptr);
  return Decider(knowledge, nullptr, programs).run();
}

}  // namespace netmon
