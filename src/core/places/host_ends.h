// The remote end of a connection where that is on this host as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "netmon/core/model/snapshot.h"

namespace netmon {

inline constexpr std::uint32_t kNoNamespace = UINT32_MAX;

// A TCP connection in any state, or a connected UDP socket; no listener and no unconnected socket.
bool is_connection(const Socket& socket);

// Whether the remote end can only be a socket in the same namespace.
bool stays_here(const Socket& socket);

// The private addresses that only one namespace's sockets use. A public address is never taken for
// another namespace's, because whoever makes a namespace can assign any address to it.
class AddressNamespaces {
 public:
  explicit AddressNamespaces(const Snapshot& snapshot);

  // The namespace, other than the socket's own, that has its remote address; kNoNamespace where
  // none is known.
  [[nodiscard]] std::uint32_t namespace_of_remote(const Socket& socket) const;

 private:
  std::map<IpAddress, std::uint32_t> namespaces_;
};

// The connections of this host to itself, each found from its other end.
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
