// Which listeners can have accepted a connection to their port.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// An address and a device at which a listener accepts connections.
struct Acceptor {
  IpAddress address;         // normalised; 0.0.0.0 and :: are any address of their family
  std::uint32_t device = 0;  // index of the interface that it is bound to; 0 for any

  auto operator<=>(const Acceptor&) const = default;
};

// [::] serves IPv4 as well, unless it is known to be v6only.
std::vector<Acceptor> acceptors_of(const Socket& listener);

// All acceptors that can have accepted the connection, the most specific first: the address counts
// before the device. Some of them are equal where the connection has no device.
std::array<Acceptor, 4> acceptors_for(const Socket& connection);

}  // namespace netmon
