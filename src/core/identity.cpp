#include "netmon/identity.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

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
  PortSet listening_here;                    // by namespace
  PortSet listening_in_scope;                // by scope

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
  PortView view{snapshot, numbers.of(snapshot), {}, {}, {}};
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

void find_listeners(PortView& view, const PortView* other) {
  for (const Socket& socket : view.snapshot.sockets) {
    if (!is_listener(view, other, socket)) continue;
    view.listening_here.insert(socket.netns, socket.protocol, socket.local.port);
    view.listening_in_scope.insert(view.scope_number(socket), socket.protocol, socket.local.port);
  }
}

bool is_inbound(const PortView& view, const PortView* other, const Socket& socket) {
  if (view.listening_here.contains(socket.netns, socket.protocol, socket.local.port)) return true;
  if (other == nullptr) return false;
  const NetNamespace& netns = view.snapshot.namespaces[socket.netns];
  if (is_collective(netns.scope) && netns.ephemeral_ports.contains(socket.local.port)) return false;
  return other->listening_in_scope.contains(view.scope_number(socket), socket.protocol,
                                            socket.local.port);
}

std::optional<Role> role_of(const PortView& view, const PortView* other, const Socket& socket) {
  if (is_raw(socket.protocol)) return Role::raw;
  if (is_listener(view, other, socket)) return Role::listener;
  if (socket.state == State::unconnected) return Role::client;
  if (socket.state == State::bound || socket.state == State::close) return std::nullopt;
  return is_inbound(view, other, socket) ? Role::inbound : Role::outbound;
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
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, identity.parts.remote.bytes.data(), sizeof high);
    std::memcpy(&low, identity.parts.remote.bytes.data() + sizeof high, sizeof low);
    std::uint64_t hash = high;
    for (const std::uint64_t word :
         {low, std::uint64_t{identity.parts.port} << 16U | identity.parts.remote_port,
          std::uint64_t{identity.process} << 32U | identity.device,
          std::uint64_t{identity.scope} << 16U |
              std::uint64_t{static_cast<std::uint8_t>(identity.role)} << 8U |
              static_cast<std::uint8_t>(identity.protocol)}) {
      hash = (hash ^ word) * 0x9e3779b97f4a7c15U;  // 2^64 by the golden ratio, as Knuth has it
      hash ^= hash >> 32U;
    }
    return hash;
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

// The name by which the socket's shown process is compared; "" where it has none.
std::string_view compared_name(const Process& process) {
  return process.name.empty() ? kUnnamedProcess : std::string_view(process.name);
}

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
  PortView view = view_of(snapshot, numbers);
  std::optional<PortView> other_view;
  if (other != nullptr) other_view.emplace(view_of(*other, numbers));
  PortView* const lender = other_view ? &*other_view : nullptr;
  find_listeners(view, lender);
  if (lender != nullptr) find_listeners(*lender, &view);

  std::vector<std::optional<Role>> roles;
  roles.reserve(snapshot.sockets.size());
  for (const Socket& socket : snapshot.sockets) roles.push_back(role_of(view, lender, socket));
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
