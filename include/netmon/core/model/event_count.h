// The account of a span's events.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

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

// The stable words that are stored and printed. Each parse_ function is the inverse.
std::string_view to_string(EventKind kind);
std::optional<EventKind> parse_event_kind(std::string_view text);

}  // namespace netmon
