// The remote end of a connection, where it is on this host, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "netmon/core/model/snapshot.h"

namespace netmon {

inline constexpr std::uint32_t kNoNamespace = UINT32_MAX;

// TCP past the state of a listener, and connected UDP.
bool is_connection(const Socket& socket);

// Whether the remote end can only be a socket of the same namespace.
bool stays_here(const Socket& socket);

// The private addresses that the sockets of one namespace alone have. A public one is never taken
// for another namespace's: who makes a namespace can give it any address.
class AddressOwners {
 public:
  explicit AddressOwners(const Snapshot& snapshot);

  // The namespace, other than its own, that has the remote address of the socket; kNoNamespace
  // where none is known.
  [[nodiscard]] std::uint32_t owner_of_remote(const Socket& socket) const;

 private:
  std::map<IpAddress, std::uint32_t> owners_;
};

// The connections of this host to itself, each seen from one end.
class LocalPairs {
 public:
  explicit LocalPairs(const Snapshot& snapshot);

  // The socket at the other end; null where it was not seen.
  [[nodiscard]] const Socket* other_end(const Socket& socket) const;

 private:
  struct EndsKey {
    std::uint32_t netns = 0;
    Protocol protocol = Protocol::tcp;
    Endpoint local;
    Endpoint remote;

    bool operator==(const EndsKey&) const = default;
  };
  struct EndsHash {
    std::size_t operator()(const EndsKey& key) const;
  };

  const Snapshot& snapshot_;
  std::unordered_map<EndsKey, std::uint32_t, EndsHash> ends_;
};

}  // namespace netmon
