#include "netmon/core/values/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "netmon/core/values/enumerator.h"

namespace netmon {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

unsigned width_in_bits(Family family) { return family == Family::ipv4 ? 32 : 128; }

Reach reach_of_ipv4(const std::array<std::uint8_t, 16>& bytes) {
  const auto first = bytes[0];
  const auto second = bytes[1];
  if (first == 127) return Reach::loopback;
  const bool internal = first == 10 ||                               // RFC 1918
                        (first == 172 && (second & 0xf0U) == 16) ||  // RFC 1918
                        (first == 192 && second == 168) ||           // RFC 1918
                        (first == 100 && (second & 0xc0U) == 64) ||  // RFC 6598
                        (first == 169 && second == 254) ||           // RFC 3927
                        first >= 224;                                // multicast, reserved
  return internal ? Reach::internal : Reach::global;
}

Reach reach_of_ipv6(const IpAddress& address) {
  IpAddress loopback{.family = Family::ipv6, .bytes = {}};
  loopback.bytes[15] = 1;
  if (address == loopback) return Reach::loopback;
  const auto first = address.bytes[0];
  const bool internal = is_link_local(address) ||   // RFC 4291 section 2.5.6
                        (first & 0xfeU) == 0xfc ||  // RFC 4193
                        first == 0xff;              // multicast
  return internal ? Reach::internal : Reach::global;
}

// Used instead of inet_ntop(3), which goes through printf(3) and took a tenth of the time of
// storing a snapshot.
std::string ipv4_text(const std::array<std::uint8_t, 16>& bytes) {
  std::string text;
  for (std::size_t i = 0; i < 4; ++i) {
    std::array<char, 3> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.at(i)).ptr;
    if (i > 0) text += '.';
    text.append(digits.data(), end);
  }
  return text;
}

std::string ipv6_text(const std::array<std::uint8_t, 16>& bytes) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  ::inet_ntop(AF_INET6, bytes.data(), buffer.data(), buffer.size());
  return buffer.data();
}

}  // namespace

IpAddress IpAddress::ipv4(std::span<const std::uint8_t, 4> network_order) {
  IpAddress address{.family = Family::ipv4, .bytes = {}};
  std::ranges::copy(network_order, address.bytes.begin());
  return address;
}

IpAddress IpAddress::ipv6(std::span<const std::uint8_t, 16> network_order) {
  IpAddress address{.family = Family::ipv6, .bytes = {}};
  std::ranges::copy(network_order, address.bytes.begin());
  return address;
}

std::string to_string(const IpAddress& address) {
  switch (address.family) {
    case Family::none:
      return {};
    case Family::ipv4:
      return ipv4_text(address.bytes);
    case Family::ipv6:
      return ipv6_text(address.bytes);
  }
  no_such_enumerator();
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string terminated(text);
  IpAddress address;
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    address.family = Family::ipv4;
    return address;
  }
  address.bytes = {};
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
    address.family = Family::ipv6;
    return address;
  }
  return std::nullopt;
}

IpAddress normalized(const IpAddress& address) {
  if (address.family != Family::ipv6 ||
      !std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin())) {
    return address;
  }
  return IpAddress::ipv4(std::span(address.bytes).last<4>());
}

bool is_unspecified(const IpAddress& address) {
  return std::ranges::all_of(normalized(address).bytes,
                             [](std::uint8_t byte) { return byte == 0; });
}

bool is_link_local(const IpAddress& address) {
  return address.family == Family::ipv6 && address.bytes[0] == 0xfe &&
         (address.bytes[1] & 0xc0U) == 0x80;
}

Reach reach_of(const IpAddress& address) {
  const IpAddress plain = normalized(address);
  if (is_unspecified(plain)) return Reach::any;
  return plain.family == Family::ipv4 ? reach_of_ipv4(plain.bytes) : reach_of_ipv6(plain);
}

bool IpPrefix::contains(const IpAddress& candidate) const {
  const IpAddress plain = normalized(candidate);
  if (plain.family != address.family) return false;
  const unsigned whole_bytes = length / 8;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole_bytes,
                  plain.bytes.begin())) {
    return false;
  }
  const unsigned rest = length % 8;
  if (rest == 0) return true;
  const unsigned mask = (0xff00U >> rest) & 0xffU;
  return ((address.bytes[whole_bytes] ^ plain.bytes[whole_bytes]) & mask) == 0;
}

std::string to_string(const IpPrefix& prefix) {
  std::string text = to_string(prefix.address);
  if (prefix.length == width_in_bits(prefix.address.family)) return text;
  return text + "/" + std::to_string(prefix.length);
}

std::optional<IpPrefix> parse_ip_prefix(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_ip_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpPrefix prefix{.address = *address, .length = width_in_bits(address->family)};
  if (slash == std::string_view::npos) {
    prefix.address = normalized(*address);
    prefix.length = width_in_bits(prefix.address.family);
    return prefix;
  }
  const std::string_view digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc{} || end != digits.data() + digits.size() || length > prefix.length) {
    return std::nullopt;
  }
  for (unsigned bit = length; bit < prefix.length; ++bit) {
    if ((prefix.address.bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) return std::nullopt;
  }
  prefix.length = length;
  constexpr unsigned kMappedBits = 8 * kMappedPrefix.size();
  const IpAddress plain = normalized(prefix.address);
  if (plain == prefix.address || length < kMappedBits) return prefix;
  return IpPrefix{.address = plain, .length = length - kMappedBits};
}

}  // namespace netmon
