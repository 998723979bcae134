// The listeners and the peers of both snapshots, what changed and what did not, few enough to draw.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"
#include "netmon/core/review/review.h"

namespace netmon {

enum class Mark : std::uint8_t {
  unchanged,
  added,
  removed,
  changed,  // on both sides, and something about it differs
  unknown,  // on one side, and the other could not see there
};

// An identity, or several that differ in their peer alone.
struct PictureItem {
  Scope scope;
  Role role = Role::listener;  // never client
  Protocol protocol = Protocol::tcp;
  std::optional<std::uint32_t> port;  // local; of listeners and inbound; raw: the link protocol
  std::optional<std::string> peer;    // address; absent where the item stands for several
  std::optional<std::uint32_t> peer_port;  // of outbound
  std::string process;                     // "" where it is not known
  std::vector<std::string> addresses;      // of listeners: what they are bound to, at most 8
  Mark mark = Mark::unchanged;
  std::optional<Status> status;  // of its change; absent where there is none
  std::uint64_t count = 1;       // of the identities that it stands for

  bool operator==(const PictureItem&) const = default;
};

struct Picture {
  std::vector<PictureItem> items;  // by scope, role, protocol, port; at most kMaxPictureItems
  std::uint64_t left_out = 0;      // identities that no item stands for

  bool operator==(const Picture&) const = default;
};

// What people can still read. Beyond it, unchanged peers are drawn together by process and port,
// then all peers, then what changed comes first and the rest is counted.
inline constexpr std::size_t kMaxPictureItems = 240;

// A projection of the review, whose comparison lists what is unchanged.
Picture picture_of(const Review& review);

}  // namespace netmon
