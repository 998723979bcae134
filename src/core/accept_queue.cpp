#include "netmon/accept_queue.h"

#include <optional>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace netmon {
namespace {

// How closely a listener fits a connection to its port: the address counts before the device.
// Absent where it does not fit.
std::optional<std::pair<bool, bool>> fit_of(const Socket& listener, const Socket& connection) {
  const bool own_address =
      normalized(listener.local.address) == normalized(connection.local.address);
  const bool own_device =
      listener.device_index != 0 && listener.device_index == connection.device_index;
  if (!own_address && !is_unspecified(listener.local.address)) return std::nullopt;
  if (!own_device && listener.device_index != 0) return std::nullopt;
  const bool ipv4 = normalized(connection.local.address).family == Family::ipv4;
  const bool serves_ipv4 =
      listener.local.address.family == Family::ipv4 || !listener.v6only.value_or(false);
  if (!own_address && (ipv4 ? !serves_ipv4 : listener.local.address.family == Family::ipv4)) {
    return std::nullopt;
  }
  return std::pair(own_address, own_device);
}

}  // namespace

std::map<std::uint32_t, std::uint32_t> accepting_listeners(const Snapshot& snapshot) {
  const auto port_of = [](const Socket& socket) {
    return std::uint64_t{socket.netns} << 16U | socket.local.port;
  };
  std::vector<std::uint32_t> waiting;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> listeners;
  for (std::uint32_t i = 0; i < snapshot.sockets.size(); ++i) {
    const Socket& socket = snapshot.sockets[i];
    if (socket.owner_state == OwnerState::pending_accept) waiting.push_back(i);
    if (socket.state == State::listen) listeners[port_of(socket)].push_back(i);
  }
  std::map<std::uint32_t, std::uint32_t> accepting;
  for (const std::uint32_t i : waiting) {
    std::optional<std::pair<bool, bool>> best;
    for (const std::uint32_t candidate : listeners[port_of(snapshot.sockets[i])]) {
      const auto fit = fit_of(snapshot.sockets[candidate], snapshot.sockets[i]);
      if (!fit || (best && *fit <= *best)) continue;
      best = fit;
      accepting[i] = candidate;
    }
  }
  return accepting;
}

}  // namespace netmon
