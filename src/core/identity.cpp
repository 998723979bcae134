#include "netmon/identity.h"

#include <algorithm>
#include <array>
#include <iterator>
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

 private:
  std::uint32_t number(const Scope& scope) {
    const auto found = std::ranges::find(scopes_, scope) - scopes_.begin();
    if (found == std::ssize(scopes_)) scopes_.push_back(scope);
    return static_cast<std::uint32_t>(found);
  }
  std::vector<Scope> scopes_;
};

// What one snapshot knows about the ports that are listened on.
struct View {
  const Snapshot& snapshot;
  std::vector<std::uint32_t> scope_numbers;  // by namespace
  PortSet purposeful;                        // by scope: UDP ports known to be chosen on purpose
  PortSet listening_here;                    // by namespace
  PortSet listening_in_scope;                // by scope

  [[nodiscard]] std::uint32_t scope_number(const Socket& socket) const {
    return scope_numbers[socket.netns];
  }
};

// A port outside the ephemeral range was asked for by the program; a socket that no process holds
// is the kernel's own, and its port was configured.
bool is_known_purposeful(const Snapshot& snapshot, const Socket& socket) {
  return is_datagram(socket.protocol) && socket.state == State::unconnected &&
         (socket.owner_state == OwnerState::no_process ||
          !snapshot.namespaces[socket.netns].ephemeral_ports.contains(socket.local.port));
}

View view_of(const Snapshot& snapshot, ScopeNumbers& numbers) {
  View view{snapshot, numbers.of(snapshot), {}, {}, {}};
  for (const Socket& socket : snapshot.sockets) {
    if (!is_known_purposeful(snapshot, socket)) continue;
    view.purposeful.insert(view.scope_number(socket), socket.protocol, socket.local.port);
  }
  return view;
}

bool is_listener(const View& view, const View* other, const Socket& socket) {
  if (socket.state == State::listen) return true;
  if (!is_datagram(socket.protocol) || socket.state != State::unconnected) return false;
  if (is_known_purposeful(view.snapshot, socket)) return true;
  return other != nullptr && !is_collective(view.snapshot.namespaces[socket.netns].scope) &&
         other->purposeful.contains(view.scope_number(socket), socket.protocol, socket.local.port);
}

void find_listeners(View& view, const View* other) {
  for (const Socket& socket : view.snapshot.sockets) {
    if (!is_listener(view, other, socket)) continue;
    view.listening_here.insert(socket.netns, socket.protocol, socket.local.port);
    view.listening_in_scope.insert(view.scope_number(socket), socket.protocol, socket.local.port);
  }
}

bool is_inbound(const View& view, const View* other, const Socket& socket) {
  if (view.listening_here.contains(socket.netns, socket.protocol, socket.local.port)) return true;
  if (other == nullptr) return false;
  const NetNamespace& netns = view.snapshot.namespaces[socket.netns];
  if (is_collective(netns.scope) && netns.ephemeral_ports.contains(socket.local.port)) return false;
  return other->listening_in_scope.contains(view.scope_number(socket), socket.protocol,
                                            socket.local.port);
}

std::optional<Role> role_of(const View& view, const View* other, const Socket& socket) {
  if (is_raw(socket.protocol)) return Role::raw;
  if (is_listener(view, other, socket)) return Role::listener;
  if (socket.state == State::unconnected) return Role::client;
  if (socket.state == State::bound || socket.state == State::close) return std::nullopt;
  return is_inbound(view, other, socket) ? Role::inbound : Role::outbound;
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
  View view = view_of(snapshot, numbers);
  std::optional<View> other_view;
  if (other != nullptr) other_view.emplace(view_of(*other, numbers));
  View* const lender = other_view ? &*other_view : nullptr;
  find_listeners(view, lender);
  if (lender != nullptr) find_listeners(*lender, &view);

  std::vector<std::optional<Role>> roles;
  roles.reserve(snapshot.sockets.size());
  for (const Socket& socket : snapshot.sockets) roles.push_back(role_of(view, lender, socket));
  return roles;
}

}  // namespace netmon
