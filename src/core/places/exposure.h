// Who can reach a listener, as a set of bindings that can be compared.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/values/ip_address.h"

namespace netmon {

// The parts of a binding that decide who can reach it.
struct Binding {
  IpAddress address;         // as the kernel says
  std::string device;        // "" for none
  bool v6only = false;       // of [::] alone; unknown counts as false, the wider reading
  bool on_loopback = false;  // the device is the loopback interface, whatever its name

  auto operator<=>(const Binding&) const = default;
};

// "0.0.0.0", ":: (v6only)", "10.0.0.1%eth0".
std::string to_string(const Binding& binding);

// In collective scopes addresses are handed out anew at each start, so only their reach counts.
enum class AddressMeaning : std::uint8_t { exact, reach_only };

enum class ExposureChange : std::uint8_t {
  none,
  rebound,  // other addresses, which the same can reach
  narrowed,
  widened,
};

// Widened as soon as one binding of `after` reaches further than all of `before`. An IPv6 address
// that takes the place of one in the same /64 is reached by the same: temporary addresses rotate
// (RFC 8981).
ExposureChange compare_exposure(const std::vector<Binding>& before,
                                const std::vector<Binding>& after, AddressMeaning meaning);

// The severity of a new listener with those bindings of `after` that reach further than all of
// `before`.
Severity severity_of_widening(const std::vector<Binding>& before, const std::vector<Binding>& after,
                              AddressMeaning meaning);

// Namespaces that run the same, each with its bindings. Widened where more of them reach as far as
// some while fewer stay within: one of two equal ones that widens shows in no union of the two.
ExposureChange compare_instances(const std::vector<std::vector<Binding>>& before,
                                 const std::vector<std::vector<Binding>>& after);

// The severity of a new listener with these bindings.
Severity severity_of_exposure(const std::vector<Binding>& bindings);

// The severity of a new peer, or of a listener on this address.
Severity severity_of_reach(Reach reach);

}  // namespace netmon
