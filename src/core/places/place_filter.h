// A coarse filter for the places of some identities.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_set>

#include "netmon/core/places/identity.h"

namespace netmon {

struct Place;

// Compares only the parts of a place that need no names, so a place that it lets through may still
// be another one.
class PlaceFilter {
 public:
  explicit PlaceFilter(std::span<const Identity> identities);

  [[nodiscard]] bool lets_through(const Place& place) const;

 private:
  struct Key {
    Role role;
    Protocol protocol;
    std::uint32_t port;
    std::uint32_t remote_port;
    IpAddress remote;

    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };

  std::unordered_set<Key, Hash> keys_;
};

}  // namespace netmon
