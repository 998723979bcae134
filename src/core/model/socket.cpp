#include "netmon/core/model/socket.h"

#include <array>

#include "core/values/words.h"
#include "netmon/core/values/enumerator.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kProtocols{"tcp"sv,    "udp"sv,   "udplite"sv, "raw"sv,  "icmp"sv,
                                "packet"sv, "vsock"sv, "xdp"sv,     "sctp"sv, "other"sv};
constexpr std::array kStates{"listen"sv,     "established"sv, "syn-sent"sv,  "syn-recv"sv,
                             "fin-wait-1"sv, "fin-wait-2"sv,  "time-wait"sv, "close"sv,
                             "close-wait"sv, "last-ack"sv,    "closing"sv,   "bound"sv,
                             "connected"sv,  "unconnected"sv};
constexpr std::array kOwnerStates{"held"sv,       "not-permitted"sv,  "vanished"sv,
                                  "no-process"sv, "kernel"sv,         "time-wait"sv,
                                  "orphan"sv,     "pending-accept"sv, "request"sv};
constexpr std::array kPresences{"both"sv, "first-pass-only"sv, "second-pass-only"sv};
constexpr std::array kPortChoices{"program"sv, "connect"sv, "kernel"sv};

}  // namespace

std::string_view to_string(Protocol protocol) { return word_of(kProtocols, protocol); }
std::string_view to_string(State state) { return word_of(kStates, state); }
std::string_view to_string(OwnerState owner_state) { return word_of(kOwnerStates, owner_state); }
std::string_view to_string(Presence presence) { return word_of(kPresences, presence); }
std::string_view to_string(PortChoice choice) { return word_of(kPortChoices, choice); }
std::optional<Protocol> parse_protocol(std::string_view text) {
  return parse_word<Protocol>(kProtocols, text);
}
std::optional<State> parse_state(std::string_view text) { return parse_word<State>(kStates, text); }
std::optional<OwnerState> parse_owner_state(std::string_view text) {
  return parse_word<OwnerState>(kOwnerStates, text);
}
std::optional<Presence> parse_presence(std::string_view text) {
  return parse_word<Presence>(kPresences, text);
}
std::optional<PortChoice> parse_port_choice(std::string_view text) {
  return parse_word<PortChoice>(kPortChoices, text);
}

bool is_datagram(Protocol protocol) {
  return protocol == Protocol::udp || protocol == Protocol::udplite;
}

bool is_raw(Protocol protocol) { return protocol != Protocol::tcp && !is_datagram(protocol); }

bool ownerless_by_nature(OwnerState owner_state) {
  switch (owner_state) {
    case OwnerState::kernel:
    case OwnerState::time_wait:
    case OwnerState::orphan:
    case OwnerState::pending_accept:
    case OwnerState::request:
      return true;
    case OwnerState::held:
    case OwnerState::not_permitted:
    case OwnerState::vanished:
    case OwnerState::no_process:
      return false;
  }
  no_such_enumerator();
}

}  // namespace netmon
