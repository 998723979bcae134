// Points in time and durations as values and as text. Nothing here reads a clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace netmon {

// UTC, to the millisecond: what is stored and shown.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

// "2026-03-02T19:45:00.123Z" (RFC 3339, always UTC, always three decimals).
std::string to_string(Timestamp time);

// "2026-03-02 19:45:00Z", for people.
std::string to_display(Timestamp time);

// RFC 3339 with optional parts: a date; "THH:MM"; seconds; a fraction (cut to ms); then "Z" or an
// offset such as "+01:00". Without an offset it is UTC. A space may replace the "T". "2026-03-02"
// alone is its first moment. Returns nothing for impossible dates.
std::optional<Timestamp> parse_timestamp(std::string_view text);

constexpr std::chrono::days kMaxDuration{366};

// A number with ms, s, m, h or d; a bare number is seconds; at least 1 ms and at most `longest`.
// Fractions such as "1.5s" are accepted. Throws Error on anything else, its subject `option` and
// the text.
std::chrono::milliseconds parse_duration(const std::string& option, std::string_view text,
                                         std::chrono::days longest = kMaxDuration);

}  // namespace netmon
