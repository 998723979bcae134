// The listeners and peers of both snapshots, changed and unchanged, in a number that can be drawn.
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
  changed,  // on both sides, with a difference
  unknown,  // on one side, where the other one could not see
};

// An identity, or several that differ only in their peer.
struct PictureItem {
  Scope scope;
  Role role = Role::listener;  // never client
  Protocol protocol = Protocol::tcp;
  std::optional<std::uint32_t> port;  // local, of listeners and inbound peers; raw: link protocol
  std::optional<std::string> peer;    // address; absent where the item stands for several
  std::optional<std::uint32_t> peer_port;  // only of outbound peers
  std::string process;                     // "" where it is not known
  std::vector<std::string> addresses;      // what a listener is bound to, at most 8
  Mark mark = Mark::unchanged;
  std::optional<Status> status;  // of its change, if there is one
  std::uint64_t count = 1;       // how many identities it stands for

  bool operator==(const PictureItem&) const = default;
};

struct Picture {
  std::vector<PictureItem> items;  // by scope, role, protocol, port; at most kMaxPictureItems
  std::uint64_t left_out = 0;      // identities that no item stands for

  bool operator==(const Picture&) const = default;
};

// The most that people can read. Above this number, unchanged peers are grouped by process and
// port, then all peers are; then changed items come first, and items beyond the number are only
// counted.
inline constexpr std::size_t kMaxPictureItems = 240;

// A projection of the review. Its comparison must list what is unchanged.
Picture picture_of(const Review& review);

}  // namespace netmon
