// The account of a span's events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {

// What a socket did, as events tell it.
enum class EventKind : std::uint8_t {
  listen,       // TCP
  connect,      // TCP: its first packet left
  accept,       // TCP: a connection that a listener got was established
  bind,         // UDP
  udp_connect,  // connect(2) was called
  send,         // UDP: a datagram of an unconnected socket
  raw,          // a raw or ping socket was made
};

// The account of the events of one kind on one processor. What was seen was stored, or done
// outside, or dropped; nothing else.
struct EventCount {
  EventKind kind = EventKind::listen;
  std::uint32_t processor = 0;
  std::uint64_t seen = 0;
  std::uint64_t stored = 0;
  std::uint64_t outside = 0;          // by a process that is not in netmon's pid namespace
  std::uint64_t dropped_program = 0;  // of a program that had as many identities as one may have
  std::uint64_t dropped_all = 0;      // for want of room or memory

  bool operator==(const EventCount&) const = default;
};

// Who vouches that events must have been seen.
enum class EventWitness : std::uint8_t {
  canary,   // netmon did it itself, in a namespace of its own
  counter,  // the kernel's own counters say so: ActiveOpens, PassiveOpens of /proc/net/snmp
};

struct EventProof {
  EventWitness witness = EventWitness::canary;
  EventKind kind = EventKind::listen;
  std::uint64_t netns_id = 0;  // inode on nsfs, of the namespace that it speaks of
  // A counter is read before and after attaching, and before and after detaching: at least what was
  // counted from the second to the third reading, at most what was from the first to the fourth.
  std::uint64_t at_least = 0;
  std::uint64_t at_most = 0;
  std::uint64_t seen = 0;

  bool operator==(const EventProof&) const = default;
};

// The account of a window in one line: "1204 events seen, 1204 stored, 0 lost; 42 of 42 canaries;
// the kernel's counters agree in 3 namespaces"; "" without one.
std::string account_text(const std::vector<EventCount>& counts,
                         const std::vector<EventProof>& proofs);

// The stable words that are stored and printed. Each parse_ function is the inverse.
std::string_view to_string(EventKind kind);
std::string_view to_string(EventWitness witness);
std::optional<EventKind> parse_event_kind(std::string_view text);
std::optional<EventWitness> parse_event_witness(std::string_view text);

}  // namespace netmon
