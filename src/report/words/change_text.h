// The parts of a change in words, as all reports show them. Nothing here is escaped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/review/review.h"

namespace netmon {

// "0.0.0.0:22" for a listener, "→ 192.0.2.1:443" for an outbound peer, "192.0.2.9:* → *:22" for an
// inbound one; the first of several local endpoints. "" for a client.
std::string place_text(const Change& change);

// "a, b"; "(none)" for an empty list.
std::string values_text(const std::vector<std::string>& values);
// The same on one line: the first 8 values and the number of the others.
std::string some_values_text(const std::vector<std::string>& values);

// "/usr/bin/python3.11", with " (deleted)" where the file is gone; "" where not known.
std::string executable_text(const std::optional<std::string>& exe, bool deleted);

// "present" or "deleted"; "" where the executable is not known.
std::string executable_state(const std::optional<std::string>& exe, bool deleted);

// "/srv/app.py", "module http.server", "code given as -c"; with " (as its arguments say)" where
// there is no other evidence.
std::string script_text(const Script& script);

// "nginx (pid 900, www-data)".
std::string holder_text(std::string_view name, std::uint32_t pid, std::string_view user);
std::string holder_text(const ProcessSummary& process);

// All holders except the one that stands for them: the first three and the number of the others; ""
// where there are none.
std::string other_holders_text(const Change& change);

// "never seen before in 41 snapshots since 2026-01-03".
std::string past_text(const Past& past);

// A fact about a change in addition to its kind, its place and its process.
struct Note {
  std::string_view label;
  std::string text;
};
std::vector<Note> notes_of(const Review& review, const ReviewedChange& reviewed);

// "bind: 127.0.0.1 → 0.0.0.0".
std::string note_line(const Note& note);

}  // namespace netmon
