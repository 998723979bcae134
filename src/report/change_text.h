// The parts of a change in words, as all reports show them. Nothing here is escaped.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/review.h"

namespace netmon {

// The local endpoints, "0.0.0.0:22", "[::]:22"; "*:22" where the address does not matter. The
// number of a packet socket is an EtherType: "eth0:0x0800". Empty where the change has none.
std::vector<std::string> local_texts(const Change& change);

// "192.0.2.1:443", "[2001:db8::1]:443"; "192.0.2.1:*" for a peer without a port; "" for none.
std::string peer_text(const std::optional<Peer>& peer);

// "0.0.0.0:22" of a listener, "→ 192.0.2.1:443" of an outbound peer, "192.0.2.9:* → *:22" of an
// inbound one; of several local endpoints the first.
std::string place_text(const Change& change);

// "a, b"; "(none)" for an empty list.
std::string values_text(const std::vector<std::string>& values);
// The same for one line: the first 8 and how many more.
std::string some_values_text(const std::vector<std::string>& values);

// "/usr/bin/python3.11", with " (deleted)" where the file is gone; "" where not known.
std::string executable_text(const std::optional<std::string>& exe, bool deleted);

// "present" or "deleted"; "" where the executable is not known.
std::string executable_state(const std::optional<std::string>& exe, bool deleted);

// "CHG-1042: new endpoint (approved by board, until 2026-12-01 00:00:00Z; CHG-1042.toml:3)"; a
// standing rule has no ticket.
std::string rule_text(const Rule& rule);
std::string rule_place(const Rule& rule);  // "CHG-1042.toml:3"

// "never seen before in 41 snapshots since 2026-01-03".
std::string past_text(const Past& past);

// Something to know about a change, beside what it is and whose. "" is a label as well.
struct Note {
  std::string_view label;
  std::string text;
};
std::vector<Note> notes_of(const Review& review, const ReviewedChange& reviewed);

// "bind: 127.0.0.1 → 0.0.0.0".
std::string note_line(const Note& note);

// "2 changes not approved, 3 notices, 1 caveat".
std::string summary_text(const Review& review);

// What a reader must be told beside the verdict; "" for nothing.
std::string verdict_remark(const Review& review);

}  // namespace netmon
