// When something was first and last seen, in all snapshots of a database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"
#include "netmon/core/values/ip_address.h"
#include "netmon/core/values/time.h"

namespace netmon {

// The criteria of a search; all that are given must hold. At least one is given.
struct HistoryQuery {
  std::optional<std::uint32_t> port;   // port of a listener, forward, outbound peer or vsock socket
  std::optional<IpPrefix> peer;        // remote address, normalised
  std::optional<std::string> process;  // name, compared whole

  bool operator==(const HistoryQuery&) const = default;
};

// One identity and when it was seen.
struct Appearance {
  std::string host;  // name of the host
  Identity identity;
  std::int64_t first_snapshot = 0;
  std::int64_t last_snapshot = 0;
  Timestamp first_seen{};  // when those were taken
  Timestamp last_seen{};
  std::uint64_t snapshots = 0;  // how many snapshots have it
  std::uint64_t of = 0;         // how many snapshots there are of the host

  bool operator==(const Appearance&) const = default;
};

// How often a changed listener or peer is in earlier snapshots.
struct Past {
  std::uint64_t snapshots = 0;  // how many snapshots have it
  std::uint64_t of = 0;         // how many earlier snapshots there are of the same host
  Timestamp since{};            // when the first of those was taken
  std::optional<Timestamp> first_seen;
  std::optional<Timestamp> last_seen;

  bool operator==(const Past&) const = default;
};

}  // namespace netmon
