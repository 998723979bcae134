// The kinds of change: their words, and the roles that each of them can be about.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "netmon/core/places/identity.h"

namespace netmon {

enum class ChangeKind : std::uint8_t {
  listener_added,
  exposure_widened,
  owner_changed,       // the port stays, other programs hold it
  holder_added,        // one more program holds it
  executable_changed,  // other bytes, or another path with other bytes
  script_changed,
  code_changed,       // new foreign code, or a loader's variable
  executable_forged,  // /proc/PID/exe names a file that the process has not mapped
  user_changed,
  privilege_gained,
  moved,  // the same program on another port
  outbound_added,
  raw_added,
  scope_changed,  // a name that now means another namespace
  hidden_socket,
  forward_added,       // a port that is handed to a new target, or to one more
  filter_changed,      // what the kernel lets through: rules, policies, attached programs
  address_added,       // an interface has one more address
  forwarding_enabled,  // the kernel forwards packets of others, or lets them reach loopback
  device_added,        // a tunnel
  promiscuous,         // an interface takes in frames that are addressed to others
  // Notices, which never gate:
  unit_changed,
  arguments_changed,
  bind_changed,  // other addresses, and nothing more can reach it
  executable_moved,
  exposure_narrowed,
  holder_removed,
  listener_removed,
  outbound_removed,
  raw_removed,
  inbound_added,
  inbound_removed,
  client_added,
  client_removed,
  containers_changed,
  forward_removed,
  address_removed,
  multicast_joined,
  route_changed,  // also a setting that is back to its default, and a tunnel that is gone
};

// What happened to the subject of a change.
enum class Effect : std::uint8_t { added, removed, changed };

std::string_view to_string(ChangeKind kind);  // as in "listener-added"
std::span<const ChangeKind> all_change_kinds();

Effect effect_of(ChangeKind kind);

// The roles that a change of this kind can be about.
std::span<const Role> roles_of(ChangeKind kind);
std::span<const Role> roles_that_gate();  // every role that a gating change can have

// The one role that changes of this kind are about; absent where there are several.
std::optional<Role> only_role_of(ChangeKind kind);

}  // namespace netmon
