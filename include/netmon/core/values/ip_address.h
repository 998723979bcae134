// IPv4 and IPv6 addresses and prefixes as values.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace netmon {

enum class Family : std::uint8_t { none, ipv4, ipv6 };

// An address in network byte order; IPv4 uses the first four bytes, the others are zero.
// Family::none is the absence of an address (packet sockets have none).
struct IpAddress {
  Family family = Family::none;
  std::array<std::uint8_t, 16> bytes{};

  // Ordered by family and bytes. Bytes are compared as two numbers, because sorting many sockets
  // spends most of its time here.
  friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) {
    if (a.family != b.family) return a.family <=> b.family;
    for (const std::size_t half : {0U, 8U}) {
      const auto order = a.number_at(half) <=> b.number_at(half);
      if (order != 0) return order;
    }
    return std::strong_ordering::equal;
  }
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

  static IpAddress ipv4(std::span<const std::uint8_t, 4> network_order);
  static IpAddress ipv6(std::span<const std::uint8_t, 16> network_order);

 private:
  [[nodiscard]] std::uint64_t number_at(std::size_t offset) const {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data() + offset, sizeof number);
    return std::endian::native == std::endian::little ? __builtin_bswap64(number) : number;
  }
};

// "192.0.2.1", "2001:db8::1" (RFC 5952), "::ffff:192.0.2.1"; "" for Family::none.
std::string to_string(const IpAddress& address);

// Strict: accepts only the forms of inet_pton(3), with nothing before or after.
std::optional<IpAddress> parse_ip_address(std::string_view text);

// Turns an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) into the IPv4 address; others are
// unchanged. Comparisons use normalised addresses; what is stored and shown is what the kernel
// reported.
IpAddress normalized(const IpAddress& address);

// 0.0.0.0, ::, ::ffff:0.0.0.0 and no address at all.
bool is_unspecified(const IpAddress& address);
bool is_link_local(const IpAddress& address);  // fe80::/10; needs its interface to mean anything

// How many can reach an address, from the fewest to the most. Ordered.
enum class Reach : std::uint8_t {
  loopback,  // 127/8, ::1
  internal,  // RFC 1918, RFC 6598, link-local, unique-local, multicast
  global,    // all other unicast
  any,       // 0.0.0.0, ::, ::ffff:0.0.0.0
};
Reach reach_of(const IpAddress& address);

// A prefix in CIDR notation. Matches normalised addresses, so 10.0.0.0/8 contains ::ffff:10.1.2.3.
struct IpPrefix {
  IpAddress address;
  unsigned length = 0;

  auto operator<=>(const IpPrefix&) const = default;
  [[nodiscard]] bool contains(const IpAddress& candidate) const;
};

// "10.0.0.0/8"; a single address without its length.
std::string to_string(const IpPrefix& prefix);

// "10.0.0.0/8", "2001:db8::/32", or a single address. Bits beyond the length are an error.
// Mapped addresses are normalised: "::ffff:10.0.0.0/104" is 10.0.0.0/8.
std::optional<IpPrefix> parse_ip_prefix(std::string_view text);

}  // namespace netmon
