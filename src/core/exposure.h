// Who can reach a listener, as a set of bindings that can be compared.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "netmon/diff.h"
#include "netmon/ip_address.h"

namespace netmon {

// What of a binding decides who can reach it.
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

enum class ExposureChange : std::uint8_t { none, narrowed, widened };

// Widened as soon as one binding of `after` reaches further than all of `before`.
ExposureChange compare_exposure(const std::vector<Binding>& before,
                                const std::vector<Binding>& after, AddressMeaning meaning);

// The severity of a new listener with these bindings.
Severity severity_of_exposure(const std::vector<Binding>& bindings);

// The severity of a new peer, or of a listener on this address.
Severity severity_of_reach(Reach reach);

}  // namespace netmon
