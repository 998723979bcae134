#include "core/places/roles.h"

#include <algorithm>
#include <unordered_map>

#include "core/places/acceptance.h"
#include "core/places/host_ends.h"
#include "core/places/listeners.h"
#include "netmon/core/values/enumerator.h"

namespace netmon {
namespace {

// Decides the roles of one side; `other` is the other side, or null.
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
    if (other != nullptr) others_here_.emplace(own, *other, programs);
  }

  SideRoles run() {
    SideRoles decided;
    decided.roles.reserve(snapshot_.sockets.size());
    for (std::uint32_t i = 0; i < snapshot_.sockets.size(); ++i) {
      decided.roles.push_back(decide(i, decided));
    }
    return decided;
  }

  // Connections to a port with a listener where nothing proves that they were accepted.
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
    const std::uint32_t netns = local ? socket.netns : addresses_.namespace_of_remote(socket);
    if (netns == kNoNamespace) return decided;
    if (decided.role == Role::outbound) decided = outbound_on_this_host(socket, netns, end);
    if (!local) all.remote_spaces.emplace(index, own_.view.spaces[netns]);
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
    // Another namespace of this scope may have had the listener, and its ephemeral ports do not
    // apply here.
    const bool collective = is_collective(snapshot_.namespaces[socket.netns].scope);
    if (others_here_ && !(collective && has_ephemeral_port(snapshot_, socket))) {
      const auto others = other_->by_space.find(socket, own_.view.spaces[socket.netns]);
      if (any_accepts(others, *others_here_)) return {.role = Role::inbound};
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

  // Whether everyone who holds the socket also receives at its remote end.
  [[nodiscard]] bool holds_both_ends(const Socket& socket, const Receivers& receivers) const {
    const auto receives = [&](const Owner& owner) {
      return std::ranges::binary_search(receivers.holders, owner.process);
    };
    return socket.owner_count > 0 && std::ranges::all_of(snapshot_.owners_of(socket), receives);
  }

  // The role of a socket whose remote end is on this host: in the namespace `netns`, and at the
  // socket `end` where that was seen. A connection without a holder proves nothing that the
  // listener does not prove: it may be what is left of a health check. A remote port that the
  // kernel chose is no part of the place.
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
  AddressNamespaces addresses_;
  Acceptance here_;
  std::optional<Acceptance> others_here_;
  const Programs& programs_;
  std::vector<std::uint32_t> unproven_;
};

// Calls visit(i, j) for each socket i of `view`, of those in `indexes`, that is socket j of `other`
// too, by its cookie. Both are of one boot.
void for_each_in_both(const RoleView& view, const std::vector<std::uint32_t>& indexes,
                      const RoleView& other, auto visit) {
  std::unordered_map<std::uint64_t, std::uint32_t> by_cookie;
  for (const std::uint32_t i : indexes) {
    const std::uint64_t cookie = view.snapshot.sockets[i].cookie;
    if (cookie != 0) by_cookie.emplace(cookie, i);
  }
  if (by_cookie.empty()) return;
  for (std::uint32_t j = 0; j < other.snapshot.sockets.size(); ++j) {
    const auto same = by_cookie.find(other.snapshot.sockets[j].cookie);
    if (same != by_cookie.end()) visit(same->second, j);
  }
}

// A connection that both sides have keeps its direction: BEFORE's answer counts where it has one,
// and AFTER's where BEFORE could not see the holder.
void share_directions(const RoleView& before, std::vector<SocketRole>& roles_before,
                      const RoleView& after, std::vector<SocketRole>& roles_after,
                      const std::vector<std::uint32_t>& unproven_before,
                      const std::vector<std::uint32_t>& unproven_after) {
  for_each_in_both(after, unproven_after, before, [&](std::uint32_t a, std::uint32_t b) {
    const SocketRole& was = roles_before[b];
    if (was.role == Role::inbound && !was.undecided) roles_after[a] = was;
  });
  for_each_in_both(before, unproven_before, after, [&](std::uint32_t b, std::uint32_t a) {
    const SocketRole& now = roles_after[a];
    if (roles_before[b].undecided && now.role && !now.undecided) roles_before[b] = now;
  });
}

// A namespace can end before the connections to it do: the kernel still sends to an address that is
// nobody's now. A connection that both sides have keeps the remote end that `known` knows, and the
// role that follows from it. A socket that was connected to another address since then is not the
// same connection.
void share_remote_spaces(const RoleView& known_view, const SideRoles& known, const RoleView& view,
                         SideRoles& decided) {
  std::vector<std::uint32_t> indexes;
  indexes.reserve(known.remote_spaces.size());
  for (const auto& [index, space] : known.remote_spaces) indexes.push_back(index);
  for_each_in_both(known_view, indexes, view, [&](std::uint32_t was, std::uint32_t i) {
    SocketRole& role = decided.roles[i];
    if (!role.role || decided.remote_spaces.contains(i)) return;
    if (known_view.snapshot.sockets[was].remote != view.snapshot.sockets[i].remote) return;
    if (role.role == Role::outbound) role = known.roles[was];
    decided.remote_spaces.emplace(i, known.remote_spaces.at(was));
  });
}

}  // namespace

bool is_holder_hidden(const Socket& socket) {
  switch (socket.owner_state) {
    case OwnerState::not_permitted:
    case OwnerState::no_process:
      return true;
    case OwnerState::vanished:  // seen in one pass only: it went away with its holder
      return socket.presence == Presence::both;
    case OwnerState::held:
    case OwnerState::kernel:
    case OwnerState::time_wait:
    case OwnerState::orphan:
    case OwnerState::pending_accept:
    case OwnerState::request:
      return false;
  }
  no_such_enumerator();
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
  if (!same_boot(before.snapshot.info, after.snapshot.info)) return roles;
  share_directions(before, roles.before.roles, after, roles.after.roles, decide_before.unproven(),
                   decide_after.unproven());
  share_remote_spaces(before, roles.before, after, roles.after);
  share_remote_spaces(after, roles.after, before, roles.before);
  return roles;
}

SideRoles decide_roles(const RoleView& view, const Programs& programs) {
  Knowledge knowledge(view);
  knowledge.index(nullptr);
  return Decider(knowledge, nullptr, programs).run();
}

}  // namespace netmon
