#include "core/reach/reach_diff.h"

#include <algorithm>
#include <iterator>

#include "core/diff/coverage.h"
#include "core/places/container_addresses.h"
#include "core/reach/reach_space.h"

namespace netmon {
namespace {

bool blind_in(const SpaceReach& side, const Snapshot& snapshot, const Scope& scope) {
  return !side.there() && blind_to(snapshot, scope, Protocol::tcp).has_value();
}

// Forwards of a space that only one side has are reported; everything else there comes with the
// space.
std::vector<Change> changes_of(const SpacePair& pair, bool compare_forwards) {
  std::vector<Change> changes;
  const auto add = [&](std::vector<Change> found) {
    std::ranges::move(found, std::back_inserter(changes));
  };
  const bool filters_read = pair.read(GapCode::filters_not_read);
  if (compare_forwards && filters_read) add(forward_changes(pair));
  if (!pair.before.there() || !pair.after.there()) return changes;
  if (filters_read) add(filter_changes(pair, new_targets_of(pair, changes)));
  add(program_changes(pair));
  if (pair.read(GapCode::addresses_not_read)) add(network_changes(pair));
  return changes;
}

}  // namespace

bool is_about_reach(GapCode code) {
  return code >= GapCode::addresses_not_read && code <= GapCode::families_not_read;
}

bool could_hide(const Gap& gap, const Snapshot& other) {
  const auto here = [&](std::uint32_t netns) {
    return !gap.scope || other.namespaces[netns].scope == *gap.scope;
  };
  const auto has_fact = [&](auto... kinds) {
    return std::ranges::any_of(other.reach, [&](const ReachFact& fact) {
      return here(fact.netns) && ((fact.kind == kinds) || ...);
    });
  };
  switch (gap.code) {
    case GapCode::addresses_not_read:
      return has_fact(ReachKind::address, ReachKind::route, ReachKind::setting, ReachKind::device,
                      ReachKind::promiscuous);
    case GapCode::filters_not_read:
      return has_fact(ReachKind::rule, ReachKind::ban, ReachKind::policy) ||
             std::ranges::any_of(other.forwards,
                                 [&](const Forward& forward) { return here(forward.netns); });
    case GapCode::iptables_not_read:
      return true;
    case GapCode::programs_not_read:
      return std::ranges::any_of(other.reach, [&](const ReachFact& fact) {
        return here(fact.netns) && fact.kind == ReachKind::program && !is_of_reuseport(fact.name);
      });
    case GapCode::families_not_read:
      return std::ranges::any_of(
                 other.sockets,
                 [](const Socket& socket) { return socket.protocol >= Protocol::vsock; }) ||
             std::ranges::any_of(other.reach, [](const ReachFact& fact) {
               return fact.kind == ReachKind::program && is_of_reuseport(fact.name);
             });
    default:
      return false;
  }
}

std::vector<Change> reach_changes(const Places& places) {
  std::vector<Change> changes;
  const AddressScopes addresses_before = address_scopes(places.before.snapshot);
  const AddressScopes addresses_after = address_scopes(places.after.snapshot);
  for (std::uint32_t space = 0; space < places.scopes.size(); ++space) {
    const SpaceReach before = reach_of_space(places.before, addresses_before, space);
    const SpaceReach after = reach_of_space(places.after, addresses_after, space);
    const Scope& scope = places.scopes[space];
    const bool forwards = !blind_in(before, places.before.snapshot, scope) &&
                          !blind_in(after, places.after.snapshot, scope);
    auto found = changes_of({scope, before, after}, forwards);
    std::ranges::move(found, std::back_inserter(changes));
  }
  return changes;
}

}  // namespace netmon
