#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "core/places/exposure.h"
#include "core/reach/cluster_endpoints.h"
#include "core/reach/reach_space.h"

namespace netmon {
namespace {

// What a forward matches, in the form of a listener's bindings.
std::vector<Binding> bindings_of(const Forward& forward) {
  const bool from_here = forward.device == "lo";
  if (forward.address.family != Family::none) {
    const bool v6only = is_unspecified(forward.address) && forward.address.family == Family::ipv6;
    return {{forward.address, forward.device, v6only, from_here}};
  }
  return {{parse_ip_address("0.0.0.0").value(), forward.device, false, from_here},
          {parse_ip_address("::").value(), forward.device, false, from_here}};
}

// Packets of this host to its own loopback stay there, as with the name server of a container
// engine.
bool stays_within(const Forward& forward) {
  return forward.device == "lo" && forward.address.family != Family::none &&
         reach_of(forward.address) == Reach::loopback;
}

using ForwardKey = std::tuple<Protocol, PortRange, IpAddress, std::string>;

struct Targets {
  const Forward* forward = nullptr;
  Values values;
  // The further conditions for each target; "" where one rule has none.
  std::map<std::string, Values> conditions;
  ChainsOfTargets services;  // "" where a rule leads to the target without a service
};
using TargetsByKey = std::map<ForwardKey, Targets>;

TargetsByKey targets_of(const SpaceReach& side) {
  TargetsByKey targets;
  for (const Forward* forward : side.forwards) {
    if (stays_within(*forward)) continue;
    Targets& entry =
        targets[{forward->protocol, forward->ports, forward->address, forward->device}];
    entry.forward = forward;
    const std::string target = with_scopes(forward->target, *side.addresses);
    entry.values.insert(target);
    entry.services[target].insert(forward->service);
    entry.conditions[target].insert(stable_text(with_scopes(forward->when, *side.addresses)));
  }
  return targets;
}

Values values_at(const TargetsByKey& targets, const ForwardKey& key) {
  const auto found = targets.find(key);
  return found == targets.end() ? Values() : found->second.values;
}

// The conditions for a target that AFTER has and BEFORE had differently. Whether they admit more is
// not decided, except that a target without conditions cannot get wider.
std::optional<AttributeChange> widened(const Targets& old, const Targets& now) {
  for (const auto& [target, conditions] : now.conditions) {
    const auto was = old.conditions.find(target);
    if (was == old.conditions.end() || was->second.contains("")) continue;
    if (!without(conditions, was->second).empty()) {
      return lines_of(Attribute::rules, was->second, conditions);
    }
  }
  return std::nullopt;
}

// The conditions of these targets' rules apart from the port; nothing where a rule has none.
std::optional<AttributeChange> conditions_of(const Targets& now, const Values& targets) {
  Values all;
  for (const std::string& target : targets) {
    const Values& conditions = now.conditions.at(target);
    if (conditions.contains("")) return std::nullopt;
    all.insert(conditions.begin(), conditions.end());
  }
  return lines_of(Attribute::rules, {}, all);
}

// A port of the namespace itself (":80") is as exposed as the forward, so its listeners are named.
void add_exposed(Change& change, const SpacePair& pair, const Forward& forward,
                 const Values& targets) {
  const auto is_own = [](const std::string& target) { return target.starts_with(':'); };
  if (std::ranges::none_of(targets, is_own)) return;  // saves a pass over all sockets
  AttributeChange exposed = exposes(pair.after, [&](const Socket& socket) {
    const bool reached =
        forward.device == "lo" || reach_of(socket.local.address) != Reach::loopback;
    return reached && socket.protocol == forward.protocol &&
           targets.contains(":" + std::to_string(socket.local.port));
  });
  if (!exposed.after.empty()) change.attributes.push_back(std::move(exposed));
}

Change forward_change(const SpacePair& pair, ChangeKind kind, const Forward& forward,
                      const Values& before, const Values& after) {
  const bool added = kind == ChangeKind::forward_added;
  const std::vector<Binding> bindings = bindings_of(forward);
  const SpaceReach& side = added ? pair.after : pair.before;
  Change change{.kind = kind, .identity = identity_of(*side.snapshot, forward)};
  change.severity = added ? severity_of_exposure(bindings) : Severity::notice;
  change.identity.scope = pair.scope;
  change.port = forward.ports.low;
  if (forward.ports.high != forward.ports.low) change.last_port = forward.ports.high;
  change.no_process = "forward";
  for (const Binding& binding : bindings) {
    std::string text = to_string(binding.address);
    if (!binding.device.empty()) text += "%" + binding.device;
    change.addresses.push_back(std::move(text));
  }
  change.v6only = bindings.size() == 1 && bindings.front().v6only;
  if (change.last_port) {
    change.attributes.push_back({Attribute::port, {}, {to_string(forward.ports)}});
  }
  change.attributes.push_back(lines_of(Attribute::target, before, after));
  return change;
}

}  // namespace

std::vector<Change> forward_changes(const SpacePair& pair) {
  std::vector<Change> changes;
  const TargetsByKey old = targets_of(pair.before);
  const TargetsByKey now = targets_of(pair.after);
  const ClusterEndpoints endpoints(pair);
  for (const auto& [key, entry] : now) {
    const Values known = values_at(old, key);
    const auto wider = old.contains(key) ? widened(old.at(key), entry) : std::nullopt;
    const Values fresh = without(entry.values, known);
    if (fresh.empty() && !wider) continue;
    changes.push_back(
        forward_change(pair, ChangeKind::forward_added, *entry.forward, known, entry.values));
    const auto was = old.find(key);
    const auto is_one = [&was, &is = entry, &endpoints](const std::string& target) {
      return endpoints.explain(target, is.services.at(target), was->second.services);
    };
    const bool all_endpoints = was != old.end() && std::ranges::all_of(fresh, is_one);
    if (all_endpoints && !wider) changes.back().severity = Severity::notice;
    const auto rules = wider ? wider : conditions_of(entry, fresh);
    if (rules) changes.back().attributes.push_back(*rules);
    add_exposed(changes.back(), pair, *entry.forward, fresh);
  }
  for (const auto& [key, entry] : old) {
    const Values left = values_at(now, key);
    const bool leads_elsewhere = !without(left, entry.values).empty();
    if (leads_elsewhere || without(entry.values, left).empty()) continue;
    changes.push_back(
        forward_change(pair, ChangeKind::forward_removed, *entry.forward, entry.values, left));
  }
  return changes;
}

Values new_targets_of(const SpacePair& pair, const std::vector<Change>& forwards) {
  Values targets;
  for (const Change& change : forwards) {
    if (change.kind != ChangeKind::forward_added) continue;
    for (const Forward* forward : pair.after.forwards) {
      if (forward->ports.low == change.port) targets.insert(forward->target);
    }
  }
  return targets;
}

}  // namespace netmon
