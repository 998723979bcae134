// The kinds of change: their words, and what each of them can be about.
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
  executable_forged,  // /proc/PID/exe names what the process has not mapped
  user_changed,
  privilege_gained,
  moved,  // the same program on another port
  outbound_added,
  raw_added,
  scope_changed,  // a name of a namespace that now means another one
  hidden_socket,
  forward_added,       // a port that is handed to another place, or to one more
  filter_changed,      // what the kernel lets through: rules, policies, attached programs
  address_added,       // an interface has one more address
  forwarding_enabled,  // the kernel passes on what is not for it, or takes it for loopback
  device_added,        // a tunnel
  promiscuous,         // an interface takes in what is addressed to others
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
  route_changed,  // also a setting that is off again, and a tunnel that is gone
};

// What has become of what a change is about.
enum class Effect : std::uint8_t { added, removed, changed };

std::string_view to_string(ChangeKind kind);  // as in "listener-added"
std::span<const ChangeKind> all_change_kinds();

Effect effect_of(ChangeKind kind);

// The roles of what a change of this kind can be about.
std::span<const Role> roles_of(ChangeKind kind);
std::span<const Role> roles_that_gate();  // all roles that a change can have that gates

// The role of all that changes of this kind are about; absent where it can be one of several.
std::optional<Role> only_role_of(ChangeKind kind);

}  // namespace netmon
