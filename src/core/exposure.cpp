#include "core/exposure.h"

#include <algorithm>
#include <array>
#include <utility>

namespace netmon {
namespace {

bool is_ipv4(const IpAddress& address) { return normalized(address).family == Family::ipv4; }

// What is bound to the loopback interface is reached by this host alone.
Reach reach_of_binding(const Binding& binding) {
  return binding.on_loopback ? Reach::loopback : reach_of(binding.address);
}

// [::] without V6ONLY serves both families: the same as 0.0.0.0 and [::] with V6ONLY.
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

// Whether everyone who can reach `inner` can also reach `outer`, both of one family where they
// bind any address.
bool covers(const Binding& outer, const Binding& inner, AddressMeaning meaning) {
  const Reach outer_reach = reach_of_binding(outer);
  const Reach inner_reach = reach_of_binding(inner);
  if (inner_reach == Reach::loopback) return true;
  if (!outer.device.empty() && outer.device != inner.device) return false;
  if (outer_reach == Reach::any) return is_ipv4(outer.address) == is_ipv4(inner.address);
  if (meaning == AddressMeaning::reach_only) return outer_reach >= inner_reach;
  return normalized(outer.address) == normalized(inner.address);
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
  const auto old = split_by_family(before);
  const auto now = split_by_family(after);
  if (!all_covered(now, old, meaning)) return ExposureChange::widened;
  if (!all_covered(old, now, meaning)) return ExposureChange::narrowed;
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
  return Severity::high;
}

Severity severity_of_exposure(const std::vector<Binding>& bindings) {
  Severity severity = Severity::low;
  for (const Binding& binding : bindings) {
    severity = std::max(severity, severity_of_reach(reach_of_binding(binding)));
  }
  return severity;
}

}  // namespace netmon
