// What a reader of a comparison must know in addition to its changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "netmon/core/model/gap.h"
#include "netmon/core/model/socket.h"

namespace netmon {

enum class Side : std::uint8_t { before, after, both };
std::string_view to_string(Side side);

// Facts about a comparison that do not come from gaps in its captures. docs/FORMATS.md lists their
// words.
enum class Circumstance : std::uint8_t {
  different_host,
  host_renamed,
  order_reversed,
  rebooted,
  hidden_sockets,
  rule_matched_nothing,
  self_approved,
  expectations_from_database,
};

// Why a caveat is made: something that a capture could not see, or a circumstance.
using CaveatCode = std::variant<GapCode, Circumstance>;

std::string_view to_string(const CaveatCode& code);

// The codes that a rule or an option may accept: every gap, and the circumstances that keep two
// snapshots from being comparable. The words belong to the codes, in the same order.
const std::vector<CaveatCode>& acceptable_codes();
const std::vector<std::string_view>& acceptable_words();

// Returns nothing where the word names no acceptable code.
std::optional<CaveatCode> parse_acceptable_code(std::string_view word);

// How much a caveat counts. A decisive one says that something which would gate could have happened
// unseen: without unapproved changes the verdict is `inconclusive`. An accepted one was decisive,
// and a rule or an option answers for it.
enum class Weight : std::uint8_t { informational, accepted, decisive };

struct Caveat {
  CaveatCode code = GapCode::owners_not_visible;
  Side side = Side::both;
  Weight weight = Weight::informational;
  std::uint64_t count = 0;
  std::string message;  // one line; hostile text in it is not yet escaped
  // The place that the caveat is about, if any; rules about gaps match it.
  std::optional<Scope> scope;
  std::optional<Protocol> protocol;
  std::optional<std::uint32_t> port;  // the port of a listener or of an outbound peer
  std::string process;                // "" where not known

  bool operator==(const Caveat&) const = default;
};

}  // namespace netmon
