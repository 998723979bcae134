// The stable words of a comparison.
#include <array>

#include "netmon/core/diff/diff.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kChangeKinds{"listener-added"sv,
                                  "exposure-widened"sv,
                                  "owner-changed"sv,
                                  "holder-added"sv,
                                  "executable-changed"sv,
                                  "script-changed"sv,
                                  "code-changed"sv,
                                  "executable-forged"sv,
                                  "user-changed"sv,
                                  "privilege-gained"sv,
                                  "moved"sv,
                                  "outbound-added"sv,
                                  "raw-added"sv,
                                  "scope-changed"sv,
                                  "hidden-socket"sv,
                                  "forward-added"sv,
                                  "filter-changed"sv,
                                  "address-added"sv,
                                  "forwarding-enabled"sv,
                                  "device-added"sv,
                                  "promiscuous"sv,
                                  "unit-changed"sv,
                                  "arguments-changed"sv,
                                  "bind-changed"sv,
                                  "executable-moved"sv,
                                  "exposure-narrowed"sv,
                                  "holder-removed"sv,
                                  "listener-removed"sv,
                                  "outbound-removed"sv,
                                  "raw-removed"sv,
                                  "inbound-added"sv,
                                  "inbound-removed"sv,
                                  "client-added"sv,
                                  "client-removed"sv,
                                  "containers-changed"sv,
                                  "forward-removed"sv,
                                  "address-removed"sv,
                                  "multicast-joined"sv,
                                  "route-changed"sv};
constexpr std::array kAttributes{
    "bind"sv,         "port"sv,           "process"sv, "exe"sv,          "sha256"sv,
    "script"sv,       "code"sv,           "loader"sv,  "user"sv,         "groups"sv,
    "capabilities"sv, "user namespace"sv, "unit"sv,    "arguments"sv,    "containers"sv,
    "instances"sv,    "netns"sv,          "seen in"sv, "missing from"sv, "restarted"sv,
    "promise"sv,      "address"sv,        "to"sv,      "rules"sv,        "policy"sv,
    "setting"sv,      "route"sv,          "program"sv, "exposes"sv};
constexpr auto kAllKinds = [] {
  std::array<ChangeKind, kChangeKinds.size()> kinds{};
  for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i] = static_cast<ChangeKind>(i);
  return kinds;
}();
constexpr std::array kSeverities{"notice"sv, "low"sv, "medium"sv, "high"sv};

}  // namespace

std::string_view to_string(ChangeKind kind) {
  return kChangeKinds.at(static_cast<std::size_t>(kind));
}
bool is_about_network(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::filter_changed:
    case ChangeKind::address_added:
    case ChangeKind::forwarding_enabled:
    case ChangeKind::device_added:
    case ChangeKind::promiscuous:
    case ChangeKind::address_removed:
    case ChangeKind::multicast_joined:
    case ChangeKind::route_changed:
      return true;
    default:
      return false;
  }
}
std::span<const ChangeKind> all_change_kinds() { return kAllKinds; }
std::string_view to_string(Attribute attribute) {
  return kAttributes.at(static_cast<std::size_t>(attribute));
}
std::string_view to_string(Severity severity) {
  return kSeverities.at(static_cast<std::size_t>(severity));
}

}  // namespace netmon
