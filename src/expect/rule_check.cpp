#include "expect/rule_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>

#include "netmon/core/diff/change_kind.h"

namespace netmon {
namespace {

bool protocol_fits(Role role, Protocol protocol) {
  if (role == Role::network) return false;
  if (role == Role::client) return is_datagram(protocol);
  return is_raw(protocol) == (role == Role::raw);
}

// The key of a criterion that no socket of this role can meet.
std::optional<std::string_view> unmet(const Match& match, Role role) {
  if (!match.protocols.empty() && std::ranges::none_of(match.protocols, [&](Protocol protocol) {
        return protocol_fits(role, protocol);
      })) {
    return "protocol";
  }
  // Port 0 is valid for raw sockets, as the number of a protocol, and for UDP peers, because
  // connect(2) accepts it; nothing listens on it.
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

// The key of a criterion that remains unmet for each of the roles; absent where one role meets all.
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
    if (kind == ChangeKind::hidden_socket) match.protocols.clear();  // it has no certain role
    const auto key = unmet_by_all(match, roles);
    if (!key) continue;
    return Contradiction{std::string(*key),
                         fmt::format("can never hold for {}{}", to_string(kind),
                                     roles.size() > 1 ? " together with the other keys" : "")};
  }
  if (!rule.changes.empty()) return std::nullopt;
  const auto key = unmet_by_all(rule.match, roles_that_gate());
  if (!key) return std::nullopt;
  return Contradiction{std::string(*key), "can never hold together with the other keys"};
}

}  // namespace netmon
