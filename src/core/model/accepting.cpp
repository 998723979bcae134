#include "core/model/accepting.h"

namespace netmon {
namespace {

IpAddress any_of(Family family) { return {.family = family, .bytes = {}}; }

}  // namespace

std::vector<Acceptor> acceptors_of(const Socket& listener) {
  const IpAddress address = normalized(listener.local.address);
  std::vector<Acceptor> acceptors{{address, listener.device_index}};
  const bool dual_stack = address == any_of(Family::ipv6) && !listener.v6only.value_or(false);
  if (dual_stack) acceptors.push_back({any_of(Family::ipv4), listener.device_index});
  return acceptors;
}

std::array<Acceptor, 4> acceptors_for(const Socket& connection) {
  const IpAddress address = normalized(connection.local.address);
  const IpAddress any = any_of(address.family);
  const std::uint32_t device = connection.device_index;
  return {{{address, device}, {address, 0}, {any, device}, {any, 0}}};
}

}  // namespace netmon
