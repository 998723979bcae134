#include "core/places/place_filter.h"

#include "core/places/hashing.h"
#include "core/places/places.h"

namespace netmon {
namespace {

// The remote address without its interface; none where the remote end is the scope of a namespace.
IpAddress address_of(const Identity& identity) {
  if (!identity.remote) return {};
  const std::string_view text = identity.remote->address;
  return parse_ip_address(text.substr(0, text.find('%'))).value_or(IpAddress{});
}

}  // namespace

std::size_t PlaceFilter::Hash::operator()(const Key& key) const {
  const auto [high, low] = halves(key.remote);
  const auto kind =
      static_cast<std::uint64_t>(key.role) << 8U | static_cast<std::uint64_t>(key.protocol);
  return hash_words({kind, std::uint64_t{key.port} << 32U | key.remote_port, high, low});
}

PlaceFilter::PlaceFilter(std::span<const Identity> identities) {
  for (const Identity& identity : identities) {
    const std::uint32_t remote_port = identity.remote ? identity.remote->port.value_or(0) : 0;
    keys_.insert({identity.role, identity.protocol, identity.port.value_or(0), remote_port,
                  address_of(identity)});
  }
}

bool PlaceFilter::lets_through(const Place& place) const {
  return keys_.contains({place.role, place.protocol, place.port, place.remote_port, place.remote});
}

}  // namespace netmon
