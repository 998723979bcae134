// The account of the events of a span.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {

// What a socket did, as the BPF programs report it.
enum class EventKind : std::uint8_t {
  listen,       // TCP
  connect,      // TCP: its first packet left
  accept,       // TCP: a connection to a listener was established
  bind,         // UDP
  udp_connect,  // connect(2) was called
  send,         // UDP: a datagram left an unconnected socket
  raw,          // a raw or ping socket was made
};

// The account of the events of one kind on one processor. Every event that was seen was stored,
// done outside netmon's pid namespace, or dropped: the numbers must add up.
struct EventCount {
  EventKind kind = EventKind::listen;
  std::uint32_t processor = 0;
  std::uint64_t seen = 0;
  std::uint64_t stored = 0;
  std::uint64_t outside = 0;          // done by a process outside netmon's pid namespace
  std::uint64_t dropped_program = 0;  // dropped: the program was at its limit of identities
  std::uint64_t dropped_all = 0;      // dropped for lack of space or memory

  bool operator==(const EventCount&) const = default;
};

// Independent evidence that events must have been seen.
enum class EventWitness : std::uint8_t {
  canary,   // netmon did it itself, in a namespace of its own
  counter,  // the kernel's own counters: ActiveOpens, PassiveOpens of /proc/net/snmp
};

struct EventProof {
  EventWitness witness = EventWitness::canary;
  EventKind kind = EventKind::listen;
  std::uint64_t netns_id = 0;  // inode on nsfs of the namespace that the proof is about
  // A counter is read before and after attaching, and before and after detaching. `at_least` is
  // what it counted from the second to the third reading, `at_most` from the first to the fourth.
  std::uint64_t at_least = 0;
  std::uint64_t at_most = 0;
  std::uint64_t seen = 0;

  bool operator==(const EventProof&) const = default;
};

// One line for people about a window: "1204 events seen, 1204 stored, 0 lost; 42 of 42 canaries;
// the kernel's counters agree in 3 namespaces". Returns "" where there is no account.
std::string account_text(const std::vector<EventCount>& counts,
                         const std::vector<EventProof>& proofs);

// The stable words that are stored and printed. Each parse_ function is the inverse.
std::string_view to_string(EventKind kind);
std::string_view to_string(EventWitness witness);
std::optional<EventKind> parse_event_kind(std::string_view text);
std::optional<EventWitness> parse_event_witness(std::string_view text);

}  // namespace netmon
