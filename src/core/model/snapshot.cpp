#include "netmon/core/model/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/values/words.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kViews{"netlink"sv, "proc"sv, "bpf"sv};
constexpr std::array kOwnerMethods{"bpf"sv, "proc"sv};
constexpr std::array kPrivileges{"root"sv, "capabilities"sv, "user"sv};
constexpr std::array kNetnsSelections{"all"sv, "current"sv};

}  // namespace

std::string_view to_string(View view) { return word_of(kViews, view); }
std::string_view to_string(OwnerMethod method) { return word_of(kOwnerMethods, method); }
std::string_view to_string(Privilege privilege) { return word_of(kPrivileges, privilege); }
std::string_view to_string(NetnsSelection selection) {
  return word_of(kNetnsSelections, selection);
}
std::optional<View> parse_view(std::string_view text) { return parse_word<View>(kViews, text); }
std::optional<OwnerMethod> parse_owner_method(std::string_view text) {
  return parse_word<OwnerMethod>(kOwnerMethods, text);
}
std::optional<Privilege> parse_privilege(std::string_view text) {
  return parse_word<Privilege>(kPrivileges, text);
}
std::optional<NetnsSelection> parse_netns_selection(std::string_view text) {
  return parse_word<NetnsSelection>(kNetnsSelections, text);
}

std::vector<const Process*> ancestors_of(const Snapshot& snapshot, const Process& process) {
  constexpr std::size_t kMaxAncestors = 64;
  std::vector<const Process*> ancestors;
  for (auto next = process.parent; next && ancestors.size() < kMaxAncestors;
       next = ancestors.back()->parent) {
    ancestors.push_back(&snapshot.processes[*next]);
  }
  return ancestors;
}

std::string describe(const Snapshot& snapshot, const HiddenSocket& hidden) {
  Socket socket;
  socket.protocol = hidden.protocol;
  socket.netns = hidden.netns;
  socket.local = hidden.local;
  socket.remote = hidden.remote;
  std::string line =
      fmt::format("{} {}", to_string(hidden.protocol), display_local(snapshot, socket));
  if (hidden.remote.port != 0) line += " → " + display_remote(snapshot, socket);
  const Scope& scope = snapshot.namespaces[hidden.netns].scope;
  if (scope.kind != ScopeKind::host) line += " in " + to_string(scope);
  if (hidden.process) line += fmt::format(" ({})", snapshot.processes[*hidden.process].name);
  return line + fmt::format(", seen in {}, missing from {}", to_string(hidden.seen_in),
                            to_string(hidden.missing_from));
}

std::string device_name(const Snapshot& snapshot, const Socket& socket) {
  if (socket.device_index == 0) return {};
  if (socket.protocol == Protocol::vsock) return fmt::format("cid:{}", socket.device_index);
  const auto& devices = snapshot.namespaces[socket.netns].devices;
  const auto found = std::ranges::find(devices, socket.device_index, &Device::index);
  if (found == devices.end()) return fmt::format("if{}", socket.device_index);
  return found->name;
}

std::string display_address(const Snapshot& snapshot, const Socket& socket,
                            const IpAddress& address) {
  if (address.family == Family::none) return "*";
  if (is_link_local(address) && socket.device_index != 0) {
    return to_string(address) + "%" + device_name(snapshot, socket);
  }
  return to_string(address);
}

std::string display_local(const Snapshot& snapshot, const Socket& socket) {
  if (socket.protocol == Protocol::packet) {
    const std::string device = device_name(snapshot, socket);
    return fmt::format("{}:0x{:04x}", device.empty() ? "*" : device, socket.link_protocol);
  }
  const bool raw = is_raw(socket.protocol) && socket.protocol != Protocol::icmp;
  const std::string address = display_address(snapshot, socket, socket.local.address);
  const char* const form = socket.local.address.family == Family::ipv6 ? "[{}]:{}" : "{}:{}";
  return fmt::format(fmt::runtime(form), address, raw ? socket.link_protocol : socket.local.port);
}

std::string display_remote(const Snapshot& snapshot, const Socket& socket) {
  if (socket.remote.address.family == Family::none) return "*:*";
  const std::string address = display_address(snapshot, socket, socket.remote.address);
  const char* const form = socket.remote.address.family == Family::ipv6 ? "[{}]:{}" : "{}:{}";
  const std::string port =
      socket.remote.port == 0 ? "*" : fmt::format_int(socket.remote.port).str();
  return fmt::format(fmt::runtime(form), address, port);
}

}  // namespace netmon
