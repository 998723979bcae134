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
  IpAddress address;         // as the kernel reports it
  std::string device;        // "" for none
  bool v6only = false;       // only for [::]; unknown counts as false, which means wider exposure
  bool on_loopback = false;  // the device is the loopback interface, whatever its name

  auto operator<=>(const Binding&) const = default;
};

// "0.0.0.0", ":: (v6only)", "10.0.0.1%eth0".
std::string to_string(const Binding& binding);

// In collective scopes each start assigns new addresses, so only their reach counts.
enum class AddressMeaning : std::uint8_t { exact, reach_only };

enum class ExposureChange : std::uint8_t {
  none,
  rebound,  // other addresses, with the same reach
  narrowed,
  widened,
};

// The result is `widened` as soon as one binding of `after` reaches further than all of `before`.
// An IPv6 address that replaces one in the same /64 has the same reach, because temporary addresses
// rotate (RFC 8981).
ExposureChange compare_exposure(const std::vector<Binding>& before,
                                const std::vector<Binding>& after, AddressMeaning meaning);

// The severity of a new listener on those bindings of `after` that reach further than all of
// `before`.
Severity severity_of_widening(const std::vector<Binding>& before, const std::vector<Binding>& after,
                              AddressMeaning meaning);

// Compares namespaces that run the same workload, each with its bindings. The result is `widened`
// where more of them than before have a certain reach while fewer stay below it. A union of the
// bindings would not show that one of two equal namespaces widened.
ExposureChange compare_instances(const std::vector<std::vector<Binding>>& before,
                                 const std::vector<std::vector<Binding>>& after);

// The severity of a new listener with these bindings.
Severity severity_of_exposure(const std::vector<Binding>& bindings);

// The severity of a new peer, or of a listener on this address.
Severity severity_of_reach(Reach reach);

}  // namespace netmon
