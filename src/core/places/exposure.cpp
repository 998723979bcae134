#include "core/places/exposure.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "netmon/core/values/enumerator.h"

namespace netmon {
namespace {

bool is_ipv4(const IpAddress& address) { return normalized(address).family == Family::ipv4; }

// A socket that is bound to the loopback interface can be reached only from this host.
Reach reach_of_binding(const Binding& binding) {
  return binding.on_loopback ? Reach::loopback : reach_of(binding.address);
}

// [::] without V6ONLY serves both families, like 0.0.0.0 together with [::] with V6ONLY.
std::vector<Binding> split_by_family(const std::vector<Binding>& bindings) {
  std::vector<Binding> split;
  for (Binding binding : bindings) {
    const bool any_ipv6 = is_unspecified(binding.address) && !is_ipv4(binding.address);
    if (any_ipv6 && !binding.v6only) {
      constexpr std::array<std::uint8_t, 4> kAnyIpv4{};
      split.push_back({IpAddress::ipv4(kAnyIpv4), binding.device, false, binding.on_loopback});
      binding.v6only = true;
    }
    split.push_back(std::move(binding));
  }
  return split;
}

// Whether everyone who can reach `inner` can also reach `outer`. Bindings to any address must be of
// the same family.
bool covers(const Binding& outer, const Binding& inner, AddressMeaning meaning) {
  const Reach outer_reach = reach_of_binding(outer);
  const Reach inner_reach = reach_of_binding(inner);
  if (inner_reach == Reach::loopback) return true;
  if (!outer.device.empty() && outer.device != inner.device) return false;
  if (outer_reach == Reach::any) return is_ipv4(outer.address) == is_ipv4(inner.address);
  if (meaning == AddressMeaning::reach_only) return outer_reach >= inner_reach;
  return normalized(outer.address) == normalized(inner.address);
}

// The first 64 bits of a global IPv6 address; the interface identifier of a host follows them (RFC
// 4291).
std::optional<std::array<std::uint8_t, 8>> network_of(const Binding& binding) {
  const IpAddress address = normalized(binding.address);
  if (address.family != Family::ipv6 || reach_of(address) != Reach::global) return std::nullopt;
  std::array<std::uint8_t, 8> network{};
  std::copy_n(address.bytes.begin(), network.size(), network.begin());
  return network;
}

// Drops pairs of addresses in the same /64, one of `before` and the one of `after` that replaced
// it.
void drop_rotated(std::vector<Binding>& before, std::vector<Binding>& after) {
  const auto is_in = [](const std::vector<Binding>& bindings, const Binding& binding) {
    return std::ranges::find(bindings, binding) != bindings.end();
  };
  const std::vector<Binding> old = before;
  std::erase_if(after, [&](const Binding& now) {
    const auto network = network_of(now);
    if (!network || is_in(old, now)) return false;
    const auto replaced = std::ranges::find_if(before, [&](const Binding& candidate) {
      return network_of(candidate) == network && candidate.device == now.device &&
             !is_in(after, candidate);
    });
    if (replaced == before.end()) return false;
    before.erase(replaced);
    return true;
  });
}

bool all_covered(const std::vector<Binding>& inner, const std::vector<Binding>& outer,
                 AddressMeaning meaning) {
  return std::ranges::all_of(inner, [&](const Binding& binding) {
    return std::ranges::any_of(
        outer, [&](const Binding& candidate) { return covers(candidate, binding, meaning); });
  });
}

}  // namespace

std::string to_string(const Binding& binding) {
  std::string text = to_string(binding.address);
  if (!binding.device.empty()) text += "%" + binding.device;
  if (binding.v6only) text += " (v6only)";
  return text;
}

ExposureChange compare_exposure(const std::vector<Binding>& before,
                                const std::vector<Binding>& after, AddressMeaning meaning) {
  auto old = split_by_family(before);
  auto now = split_by_family(after);
  const std::size_t all = now.size();
  if (meaning == AddressMeaning::exact) drop_rotated(old, now);
  if (!all_covered(now, old, meaning)) return ExposureChange::widened;
  if (!all_covered(old, now, meaning)) return ExposureChange::narrowed;
  return now.size() == all ? ExposureChange::none : ExposureChange::rebound;
}

Severity severity_of_widening(const std::vector<Binding>& before, const std::vector<Binding>& after,
                              AddressMeaning meaning) {
  const auto old = split_by_family(before);
  auto wider = split_by_family(after);
  std::erase_if(wider, [&](const Binding& now) { return all_covered({now}, old, meaning); });
  return severity_of_exposure(wider.empty() ? after : wider);
}

ExposureChange compare_instances(const std::vector<std::vector<Binding>>& before,
                                 const std::vector<std::vector<Binding>>& after) {
  const auto count = [](const std::vector<std::vector<Binding>>& all, Reach reach, bool within) {
    return std::ranges::count_if(all, [&](const std::vector<Binding>& bindings) {
      Reach widest = Reach::loopback;
      for (const Binding& binding : bindings) widest = std::max(widest, reach_of_binding(binding));
      return within ? widest < reach : widest >= reach;
    });
  };
  for (const Reach reach : {Reach::internal, Reach::global, Reach::any}) {
    if (count(after, reach, false) > count(before, reach, false) &&
        count(after, reach, true) < count(before, reach, true)) {
      return ExposureChange::widened;
    }
  }
  return ExposureChange::none;
}

Severity severity_of_reach(Reach reach) {
  switch (reach) {
    case Reach::loopback:
      return Severity::low;
    case Reach::internal:
      return Severity::medium;
    case Reach::global:
    case Reach::any:
      return Severity::high;
  }
  no_such_enumerator();
}

Severity severity_of_exposure(const std::vector<Binding>& bindings) {
  Severity severity = Severity::low;
  for (const Binding& binding : bindings) {
    severity = std::max(severity, severity_of_reach(reach_of_binding(binding)));
  }
  return severity;
}

}  // namespace netmon
