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

// RFC 3339 with parts left out: date; date and "THH:MM"; seconds; a fraction (cut to ms); then
// "Z" or an offset such as "+01:00". Without an offset it is UTC. A space may stand for the "T".
// "2026-03-02" alone is its first moment. Impossible dates are refused.
std::optional<Timestamp> parse_timestamp(std::string_view text);

constexpr std::chrono::days kLongestDuration{366};

// A number with ms, s, m, h or d; a bare number is seconds; positive, at most `longest`.
// Fractions are taken ("1.5s"). Throws Error, its subject `option`, on anything else.
std::chrono::milliseconds parse_duration(const std::string& option, std::string_view text,
                                         std::chrono::days longest = kLongestDuration);

}  // namespace netmon
