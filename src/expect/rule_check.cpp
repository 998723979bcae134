#include "expect/rule_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "netmon/core/diff/identity.h"

namespace netmon {
namespace {

constexpr std::array kListener{Role::listener};
constexpr std::array kOutbound{Role::outbound};
constexpr std::array kInbound{Role::inbound};
constexpr std::array kClient{Role::client};
constexpr std::array kRaw{Role::raw};
constexpr std::array kForward{Role::forward};
constexpr std::array kNetwork{Role::network};
constexpr std::array kBound{Role::listener, Role::raw};
// The last one is the one whose fault is told.
constexpr std::array kAnyThatGates{Role::network, Role::forward, Role::listener, Role::outbound,
                                   Role::raw};

// The roles of the sockets that a change of this kind can be about.
std::span<const Role> roles_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::listener_added:
    case ChangeKind::exposure_widened:
    case ChangeKind::owner_changed:
    case ChangeKind::moved:
    case ChangeKind::exposure_narrowed:
    case ChangeKind::listener_removed:
      return kListener;
    case ChangeKind::outbound_added:
    case ChangeKind::outbound_removed:
      return kOutbound;
    case ChangeKind::inbound_added:
    case ChangeKind::inbound_removed:
      return kInbound;
    case ChangeKind::client_added:
    case ChangeKind::client_removed:
      return kClient;
    case ChangeKind::raw_added:
    case ChangeKind::raw_removed:
      return kRaw;
    case ChangeKind::forward_added:
    case ChangeKind::forward_removed:
      return kForward;
    case ChangeKind::filter_changed:
    case ChangeKind::address_added:
    case ChangeKind::address_removed:
    case ChangeKind::forwarding_enabled:
    case ChangeKind::device_added:
    case ChangeKind::promiscuous:
    case ChangeKind::multicast_joined:
    case ChangeKind::route_changed:
      return kNetwork;
    case ChangeKind::bind_changed:
    case ChangeKind::arguments_changed:
      return kBound;
    case ChangeKind::holder_added:
    case ChangeKind::holder_removed:
    case ChangeKind::executable_changed:
    case ChangeKind::executable_moved:
    case ChangeKind::script_changed:
    case ChangeKind::code_changed:
    case ChangeKind::executable_forged:
    case ChangeKind::user_changed:
    case ChangeKind::privilege_gained:
    case ChangeKind::unit_changed:
    case ChangeKind::scope_changed:
    case ChangeKind::containers_changed:
    case ChangeKind::hidden_socket:
      break;
  }
  return kAnyThatGates;
}

bool protocol_fits(Role role, Protocol protocol) {
  if (role == Role::network) return false;
  if (role == Role::client) return is_datagram(protocol);
  return is_raw(protocol) == (role == Role::raw);
}

// The criterion that no socket of this role can meet, by its key.
std::optional<std::string_view> unmet(const Match& match, Role role) {
  if (!match.protocols.empty() && std::ranges::none_of(match.protocols, [&](Protocol protocol) {
        return protocol_fits(role, protocol);
      })) {
    return "protocol";
  }
  // 0 is a protocol's number where the socket is raw, and what connect(2) takes for the port of a
  // UDP peer; nothing listens on it.
  const auto fits = [&](const PortRange& range) {
    return role == Role::raw || role == Role::outbound || range.high > 0;
  };
  if (!match.ports.empty() &&
      (role == Role::client || role == Role::network || std::ranges::none_of(match.ports, fits))) {
    return "port";
  }
  const bool has_bind = role == Role::listener || role == Role::raw || role == Role::forward;
  const bool has_peer = role == Role::outbound || role == Role::inbound;
  if (!match.binds.empty() && !has_bind) return "bind";
  if (!match.peers.empty() && !has_peer) return "peer";
  if (!match.targets.empty() && role != Role::forward) return "to";
  return std::nullopt;
}

// The criterion that is left unmet where none of the roles can meet all of them.
std::optional<std::string_view> unmet_by_all(const Match& match, std::span<const Role> roles) {
  std::optional<std::string_view> key;
  for (const Role role : roles) {
    key = unmet(match, role);
    if (!key) break;
  }
  return key;
}

}  // namespace

std::optional<Contradiction> contradiction_in(const Rule& rule) {
  for (const ChangeKind kind : rule.changes) {
    const auto roles = roles_of(kind);
    Match match = rule.match;
    if (kind == ChangeKind::hidden_socket) match.protocols.clear();  // a view has less to tell
    const auto key = unmet_by_all(match, roles);
    if (!key) continue;
    return Contradiction{std::string(*key),
                         fmt::format("can never hold for {}{}", to_string(kind),
                                     roles.size() > 1 ? " beside the other keys" : "")};
  }
  if (!rule.changes.empty()) return std::nullopt;
  const auto key = unmet_by_all(rule.match, kAnyThatGates);
  if (!key) return std::nullopt;
  return Contradiction{std::string(*key), "can never hold beside the other keys"};
}

}  // namespace netmon
