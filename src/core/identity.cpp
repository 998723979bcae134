#include "netmon/identity.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "core/accepting.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kRoles{"listener"sv, "client"sv, "inbound"sv, "outbound"sv, "raw"sv};

bool is_datagram(Protocol protocol) {
  return protocol == Protocol::udp || protocol == Protocol::udplite;
}

bool is_raw(Protocol protocol) {
  return protocol == Protocol::raw || protocol == Protocol::icmp || protocol == Protocol::packet;
}

// A set of (space, protocol, port), where the space is a namespace's or a scope's number.
class PortSet {
 public:
  void insert(std::uint32_t space, Protocol protocol, std::uint16_t port) {
    keys_.insert(key(space, protocol, port));
  }
  [[nodiscard]] bool contains(std::uint32_t space, Protocol protocol, std::uint16_t port) const {
    return keys_.contains(key(space, protocol, port));
  }

 private:
  static std::uint64_t key(std::uint32_t space, Protocol protocol, std::uint16_t port) {
    return std::uint64_t{space} << 32U | std::uint64_t{static_cast<std::uint8_t>(protocol)} << 16U |
           port;
  }
  std::unordered_set<std::uint64_t> keys_;
};

// The name by which the process is compared.
std::string_view compared_name(const Process& process) {
  return process.name.empty() ? kUnnamedProcess : std::string_view(process.name);
}

// The low and the high half of an address, for hashing.
std::array<std::uint64_t, 2> halves(const IpAddress& address) {
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), address.bytes.data(), sizeof words);
  return words;
}

std::uint64_t hash_words(std::initializer_list<std::uint64_t> words) {
  std::uint64_t hash = 0;
  for (const std::uint64_t word : words) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15U;  // 2^64 by the golden ratio, as Knuth has it
    hash ^= hash >> 32U;
  }
  return hash;
}

// The programs that hold a socket; nothing for those that are not known, "" for the kernel.
using Programs = std::set<std::optional<std::string_view>>;

Programs programs_of(const Snapshot& snapshot, const Socket& socket) {
  const bool known =
      socket.owner_state != OwnerState::not_permitted && socket.owner_state != OwnerState::vanished;
  if (!known) return {std::nullopt};
  if (socket.owner_count == 0) return {""};
  Programs programs;
  for (const Owner& owner : snapshot.owners_of(socket)) {
    programs.insert(compared_name(snapshot.processes[owner.process]));
  }
  return programs;
}

// One that is not known may be any.
bool have_one_in_common(const Programs& a, const Programs& b) {
  if (a.contains(std::nullopt) || b.contains(std::nullopt)) return true;
  return std::ranges::any_of(a, [&](const auto& program) { return b.contains(program); });
}

// The listeners of a snapshot by where they accept, in spaces as PortSet has them.
class Acceptors {
 public:
  void insert(const Snapshot& snapshot, const Socket& listener, std::uint32_t space) {
    has_port_[listener.local.port] = true;
    for (const Acceptor& acceptor : acceptors_of(listener)) {
      Programs& programs = programs_[{space, listener.protocol, listener.local.port, acceptor}];
      if (is_datagram(listener.protocol)) programs.merge(programs_of(snapshot, listener));
    }
  }

  // TCP connections are made by the kernel in a listener's name. The kernel accepts nothing over
  // UDP: there a connected socket is a server's own where it is of the listening program.
  [[nodiscard]] bool accept(const Snapshot& snapshot, const Socket& socket,
                            std::uint32_t space) const {
    if (!has_port_[socket.local.port]) return false;
    return std::ranges::any_of(acceptors_for(socket), [&](const Acceptor& acceptor) {
      const auto found = programs_.find({space, socket.protocol, socket.local.port, acceptor});
      if (found == programs_.end()) return false;
      return !is_datagram(socket.protocol) ||
             have_one_in_common(programs_of(snapshot, socket), found->second);
    });
  }

 private:
  struct Key {
    std::uint32_t space = 0;
    Protocol protocol = Protocol::tcp;
    std::uint16_t port = 0;
    Acceptor acceptor;

    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      const auto [high, low] = halves(key.acceptor.address);
      return hash_words({high, low, std::uint64_t{key.space} << 32U | key.acceptor.device,
                         std::uint64_t{static_cast<std::uint8_t>(key.protocol)} << 16U | key.port});
    }
  };
  std::vector<bool> has_port_ = std::vector<bool>(1U << 16U);  // most connections need no more
  std::unordered_map<Key, Programs, Hash> programs_;           // of UDP alone
};

// Numbers for scopes that mean the same in both snapshots of a diff.
class ScopeNumbers {
 public:
  std::vector<std::uint32_t> of(const Snapshot& snapshot) {
    std::vector<std::uint32_t> numbers;
    for (const NetNamespace& netns : snapshot.namespaces) numbers.push_back(number(netns.scope));
    return numbers;
  }
  [[nodiscard]] const Scope& scope(std::uint32_t number) const { return scopes_[number]; }

 private:
  std::uint32_t number(const Scope& scope) {
    const auto found = std::ranges::find(scopes_, scope) - scopes_.begin();
    if (found == std::ssize(scopes_)) scopes_.push_back(scope);
    return static_cast<std::uint32_t>(found);
  }
  std::vector<Scope> scopes_;
};

// What one snapshot knows about the ports that are listened on.
struct PortView {
  const Snapshot& snapshot;
  std::vector<std::uint32_t> scope_numbers;  // by namespace
  PortSet purposeful;                        // by scope: UDP ports known to be chosen on purpose

  [[nodiscard]] std::uint32_t scope_number(const Socket& socket) const {
    return scope_numbers[socket.netns];
  }
};

// A port outside the ephemeral range was asked for by the program, and so was one that the kernel
// says was; a socket that no process holds is the kernel's own, and its port was configured.
bool is_known_purposeful(const Snapshot& snapshot, const Socket& socket) {
  return is_datagram(socket.protocol) && socket.state == State::unconnected &&
         (socket.owner_state == OwnerState::no_process || socket.port_chosen.value_or(false) ||
          !snapshot.namespaces[socket.netns].ephemeral_ports.contains(socket.local.port));
}

PortView view_of(const Snapshot& snapshot, ScopeNumbers& numbers) {
  PortView view{snapshot, numbers.of(snapshot), {}};
  for (const Socket& socket : snapshot.sockets) {
    if (!is_known_purposeful(snapshot, socket)) continue;
    view.purposeful.insert(view.scope_number(socket), socket.protocol, socket.local.port);
  }
  return view;
}

bool is_listener(const PortView& view, const PortView* other, const Socket& socket) {
  if (socket.state == State::listen) return true;
  if (!is_datagram(socket.protocol) || socket.state != State::unconnected) return false;
  if (is_known_purposeful(view.snapshot, socket)) return true;
  return other != nullptr && !is_collective(view.snapshot.namespaces[socket.netns].scope) &&
         other->purposeful.contains(view.scope_number(socket), socket.protocol, socket.local.port);
}

// Who accepts: the listeners of each namespace, and those that the other snapshot lends, which
// has other namespaces, by scope.
struct Listeners {
  Acceptors here;
  Acceptors lent;
};

Listeners find_listeners(const PortView& view, const PortView* other) {
  Listeners listeners;
  for (const Socket& socket : view.snapshot.sockets) {
    if (!is_listener(view, other, socket)) continue;
    listeners.here.insert(view.snapshot, socket, socket.netns);
  }
  if (other == nullptr) return listeners;
  for (const Socket& socket : other->snapshot.sockets) {
    if (!is_listener(*other, &view, socket)) continue;
    listeners.lent.insert(other->snapshot, socket, other->scope_number(socket));
  }
  return listeners;
}

bool is_inbound(const PortView& view, const Listeners& listeners, const Socket& socket) {
  // The kernel takes this mark off a connection that a listener accepted.
  if (socket.protocol == Protocol::tcp && socket.port_chosen.value_or(false)) return false;
  if (listeners.here.accept(view.snapshot, socket, socket.netns)) return true;
  const NetNamespace& netns = view.snapshot.namespaces[socket.netns];
  if (is_collective(netns.scope) && netns.ephemeral_ports.contains(socket.local.port)) return false;
  return listeners.lent.accept(view.snapshot, socket, view.scope_number(socket));
}

std::optional<Role> role_of(const PortView& view, const PortView* other, const Listeners& listeners,
                            const Socket& socket) {
  if (is_raw(socket.protocol)) return Role::raw;
  if (is_listener(view, other, socket)) return Role::listener;
  if (socket.state == State::unconnected) return Role::client;
  if (socket.state == State::bound || socket.state == State::close) return std::nullopt;
  return is_inbound(view, listeners, socket) ? Role::inbound : Role::outbound;
}

// An identity in numbers: of a scope, a device's name and a process's name in lists beside it.
struct NumberedIdentity {
  std::uint32_t scope = 0;
  Role role = Role::listener;
  Protocol protocol = Protocol::tcp;
  IdentityParts parts;  // but its device, which is an index of one namespace only
  std::uint32_t device = 0;
  std::uint32_t process = 0;

  bool operator==(const NumberedIdentity&) const = default;
};

struct HashNumbered {
  std::size_t operator()(const NumberedIdentity& identity) const {
    const auto [high, low] = halves(identity.parts.remote);
    return hash_words({high, low,
                       std::uint64_t{identity.parts.port} << 16U | identity.parts.remote_port,
                       std::uint64_t{identity.process} << 32U | identity.device,
                       std::uint64_t{identity.scope} << 16U |
                           std::uint64_t{static_cast<std::uint8_t>(identity.role)} << 8U |
                           static_cast<std::uint8_t>(identity.protocol)});
  }
};

// Numbers for texts that outlive it; 0 is "".
class TextNumbers {
 public:
  std::uint32_t operator()(std::string_view text) {
    if (text.empty()) return 0;
    const auto [entry, inserted] =
        numbers_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (inserted) texts_.push_back(text);
    return entry->second;
  }
  [[nodiscard]] std::string_view text(std::uint32_t number) const { return texts_[number]; }

 private:
  std::vector<std::string_view> texts_{""};
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

std::string_view remote_device_name(const Snapshot& snapshot, const Socket& socket,
                                    std::uint32_t device_index) {
  if (device_index == 0) return {};
  const auto& devices = snapshot.namespaces[socket.netns].devices;
  const auto found = std::ranges::find(devices, device_index, &Device::index);
  return found == devices.end() ? std::string_view() : std::string_view(found->name);
}

}  // namespace

std::string_view to_string(Role role) { return kRoles.at(static_cast<std::size_t>(role)); }

std::optional<Role> parse_role(std::string_view text) {
  const auto found = std::ranges::find(kRoles, text);
  if (found == kRoles.end()) return std::nullopt;
  return static_cast<Role>(found - kRoles.begin());
}

std::vector<std::optional<Role>> roles_of(const Snapshot& snapshot, const Snapshot* other) {
  ScopeNumbers numbers;
  const PortView view = view_of(snapshot, numbers);
  std::optional<PortView> other_view;
  if (other != nullptr) other_view.emplace(view_of(*other, numbers));
  const PortView* const lender = other_view ? &*other_view : nullptr;
  const Listeners listeners = find_listeners(view, lender);

  std::vector<std::optional<Role>> roles;
  roles.reserve(snapshot.sockets.size());
  for (const Socket& socket : snapshot.sockets) {
    roles.push_back(role_of(view, lender, listeners, socket));
  }
  return roles;
}

IdentityParts identity_parts(const Socket& socket, Role role) {
  IdentityParts parts;
  switch (role) {
    case Role::listener:
      parts.port = socket.local.port;
      break;
    case Role::client:
      break;
    case Role::inbound:
      parts.port = socket.local.port;
      parts.remote = normalized(socket.remote.address);
      break;
    case Role::outbound:
      parts.remote = normalized(socket.remote.address);
      parts.remote_port = socket.remote.port;
      break;
    case Role::raw:
      parts.port = socket.link_protocol;
      break;
  }
  if (is_link_local(parts.remote)) parts.remote_device = socket.device_index;
  return parts;
}

std::vector<Identity> identities_of(const Snapshot& snapshot) {
  ScopeNumbers scope_numbers;
  const std::vector<std::uint32_t> scopes = scope_numbers.of(snapshot);
  TextNumbers texts;
  std::vector<std::uint32_t> names;
  names.reserve(snapshot.processes.size());
  for (const Process& process : snapshot.processes) names.push_back(texts(compared_name(process)));

  const std::vector<std::optional<Role>> roles = roles_of(snapshot);
  std::unordered_set<NumberedIdentity, HashNumbered> distinct;
  for (std::size_t i = 0; i < snapshot.sockets.size(); ++i) {
    if (!roles[i]) continue;
    const Socket& socket = snapshot.sockets[i];
    NumberedIdentity identity{.scope = scopes[socket.netns],
                              .role = *roles[i],
                              .protocol = socket.protocol,
                              .parts = identity_parts(socket, *roles[i])};
    identity.device = texts(remote_device_name(snapshot, socket, identity.parts.remote_device));
    identity.parts.remote_device = 0;
    if (socket.owner_count > 0) {
      identity.process = names[snapshot.owners[socket.first_owner].process];
    }
    distinct.insert(identity);
  }

  std::vector<Identity> identities;
  identities.reserve(distinct.size());
  for (const NumberedIdentity& identity : distinct) {
    identities.push_back({.scope = scope_numbers.scope(identity.scope),
                          .role = identity.role,
                          .protocol = identity.protocol,
                          .port = identity.parts.port,
                          .remote = identity.parts.remote,
                          .remote_device = std::string(texts.text(identity.device)),
                          .remote_port = identity.parts.remote_port,
                          .process = std::string(texts.text(identity.process))});
  }
  std::ranges::sort(identities);
  return identities;
}

}  // namespace netmon
