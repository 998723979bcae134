// Reads the address in an attribute of rtnetlink(7).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "linux/netlink/netlink_reader.h"
#include "netmon/core/values/ip_address.h"

namespace netmon {

// Absent where the value has the length of neither an IPv4 nor an IPv6 address.
inline std::optional<IpAddress> address_in(Bytes value) {
  std::array<std::uint8_t, 16> bytes{};
  if (value.size() != 4 && value.size() != 16) return std::nullopt;
  std::memcpy(bytes.data(), value.data(), value.size());
  return value.size() == 4 ? IpAddress::ipv4(std::span(bytes).first<4>()) : IpAddress::ipv6(bytes);
}

}  // namespace netmon
