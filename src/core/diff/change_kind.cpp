#include "netmon/core/diff/change_kind.h"

#include <algorithm>
#include <array>
#include <cstddef>

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
// An error message for a rule that fits none of these roles is about the last one.
constexpr std::array kAnyThatGates{Role::network, Role::forward, Role::listener, Role::outbound,
                                   Role::raw};

struct Facts {
  ChangeKind kind;
  std::string_view word;
  Effect effect;
  std::span<const Role> roles;
};

// In the order of the enumerators.
constexpr std::array kFacts{
    Facts{ChangeKind::listener_added, "listener-added", Effect::added, kListener},
    Facts{ChangeKind::exposure_widened, "exposure-widened", Effect::changed, kListener},
    Facts{ChangeKind::owner_changed, "owner-changed", Effect::changed, kListener},
    Facts{ChangeKind::holder_added, "holder-added", Effect::added, kAnyThatGates},
    Facts{ChangeKind::executable_changed, "executable-changed", Effect::changed, kAnyThatGates},
    Facts{ChangeKind::script_changed, "script-changed", Effect::changed, kAnyThatGates},
    Facts{ChangeKind::code_changed, "code-changed", Effect::changed, kAnyThatGates},
    Facts{ChangeKind::executable_forged, "executable-forged", Effect::changed, kAnyThatGates},
    Facts{ChangeKind::user_changed, "user-changed", Effect::changed, kAnyThatGates},
    Facts{ChangeKind::privilege_gained, "privilege-gained", Effect::changed, kAnyThatGates},
    Facts{ChangeKind::moved, "moved", Effect::changed, kListener},
    Facts{ChangeKind::outbound_added, "outbound-added", Effect::added, kOutbound},
    Facts{ChangeKind::raw_added, "raw-added", Effect::added, kRaw},
    Facts{ChangeKind::scope_changed, "scope-changed", Effect::changed, kAnyThatGates},
    Facts{ChangeKind::hidden_socket, "hidden-socket", Effect::added, kAnyThatGates},
    Facts{ChangeKind::forward_added, "forward-added", Effect::added, kForward},
    Facts{ChangeKind::filter_changed, "filter-changed", Effect::changed, kNetwork},
    Facts{ChangeKind::address_added, "address-added", Effect::added, kNetwork},
    Facts{ChangeKind::forwarding_enabled, "forwarding-enabled", Effect::changed, kNetwork},
    Facts{ChangeKind::device_added, "device-added", Effect::added, kNetwork},
    Facts{ChangeKind::promiscuous, "promiscuous", Effect::changed, kNetwork},
    Facts{ChangeKind::unit_changed, "unit-changed", Effect::changed, kAnyThatGates},
    Facts{ChangeKind::arguments_changed, "arguments-changed", Effect::changed, kBound},
    Facts{ChangeKind::bind_changed, "bind-changed", Effect::changed, kBound},
    Facts{ChangeKind::executable_moved, "executable-moved", Effect::changed, kAnyThatGates},
    Facts{ChangeKind::exposure_narrowed, "exposure-narrowed", Effect::changed, kListener},
    Facts{ChangeKind::holder_removed, "holder-removed", Effect::removed, kAnyThatGates},
    Facts{ChangeKind::listener_removed, "listener-removed", Effect::removed, kListener},
    Facts{ChangeKind::outbound_removed, "outbound-removed", Effect::removed, kOutbound},
    Facts{ChangeKind::raw_removed, "raw-removed", Effect::removed, kRaw},
    Facts{ChangeKind::inbound_added, "inbound-added", Effect::added, kInbound},
    Facts{ChangeKind::inbound_removed, "inbound-removed", Effect::removed, kInbound},
    Facts{ChangeKind::client_added, "client-added", Effect::added, kClient},
    Facts{ChangeKind::client_removed, "client-removed", Effect::removed, kClient},
    Facts{ChangeKind::containers_changed, "containers-changed", Effect::changed, kAnyThatGates},
    Facts{ChangeKind::forward_removed, "forward-removed", Effect::removed, kForward},
    Facts{ChangeKind::address_removed, "address-removed", Effect::removed, kNetwork},
    Facts{ChangeKind::multicast_joined, "multicast-joined", Effect::added, kNetwork},
    Facts{ChangeKind::route_changed, "route-changed", Effect::changed, kNetwork},
};

static_assert(
    [] {
      for (std::size_t i = 0; i < kFacts.size(); ++i) {
        if (kFacts.at(i).kind != static_cast<ChangeKind>(i)) return false;
      }
      return kFacts.back().kind == ChangeKind::route_changed;  // the last enumerator
    }(),
    "a row for each enumerator, in their order");

constexpr auto kAllKinds = [] {
  std::array<ChangeKind, kFacts.size()> kinds{};
  std::ranges::transform(kFacts, kinds.begin(), &Facts::kind);
  return kinds;
}();

const Facts& facts_of(ChangeKind kind) { return kFacts.at(static_cast<std::size_t>(kind)); }

}  // namespace

std::string_view to_string(ChangeKind kind) { return facts_of(kind).word; }

std::span<const ChangeKind> all_change_kinds() { return kAllKinds; }

Effect effect_of(ChangeKind kind) { return facts_of(kind).effect; }

std::span<const Role> roles_of(ChangeKind kind) { return facts_of(kind).roles; }

std::span<const Role> roles_that_gate() { return kAnyThatGates; }

std::optional<Role> only_role_of(ChangeKind kind) {
  const std::span<const Role> roles = roles_of(kind);
  if (roles.size() != 1) return std::nullopt;
  return roles.front();
}

}  // namespace netmon
