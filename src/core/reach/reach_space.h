// What decides who can reach the ports of one space, on both sides of a comparison.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/places/container_addresses.h"
#include "core/places/places.h"
#include "netmon/core/diff/diff.h"

namespace netmon {

using Values = std::set<std::string>;

// What one side has in a space, over all its namespaces together.
struct SpaceReach {
  const Snapshot* snapshot = nullptr;
  std::vector<std::uint32_t> namespaces;
  std::vector<const ReachFact*> facts;
  std::vector<const Forward*> forwards;
  const AddressScopes* addresses = nullptr;
  std::set<GapCode> unread;

  [[nodiscard]] bool lacks(GapCode code) const { return unread.contains(code); }
  [[nodiscard]] bool there() const { return !namespaces.empty(); }
  [[nodiscard]] std::map<std::string, Values> by_name(ReachKind kind) const;
  // In the form that administrators read, with the chain first.
  [[nodiscard]] Values lines(ReachKind kind) const;
};

SpaceReach reach_of_space(const SnapshotSide& side, const AddressScopes& addresses,
                          std::uint32_t space);

// Both sides of a space; `scope` is its name.
struct SpacePair {
  const Scope& scope;
  const SpaceReach& before;
  const SpaceReach& after;

  // Whether neither side has this gap.
  [[nodiscard]] bool read(GapCode code) const { return !before.lacks(code) && !after.lacks(code); }
};

// A change of the space itself; `about` is an interface, a setting or a hook, or "".
Change network_change(const SpacePair& pair, ChangeKind kind, Severity severity,
                      const std::string& about);

// The values of `from` that are not in `what`.
Values without(const Values& from, const Values& what);
// At most `most` of them, then the number of the others.
std::vector<std::string> shown(const Values& values, std::size_t most);
// Both sides of an attribute, each cut to as many lines as people read.
AttributeChange lines_of(Attribute attribute, const Values& before, const Values& after);

// The listeners of a space for which `serves` is true, such as "tcp 22 sshd"; cut to as many as
// people read.
AttributeChange exposes(const SpaceReach& side, const std::function<bool(const Socket&)>& serves);

// The changes have no message and no fingerprint yet.
std::vector<Change> forward_changes(const SpacePair& pair);
// `new_targets` are the targets of forwards that were added, as the rules of AFTER write them.
std::vector<Change> filter_changes(const SpacePair& pair, const Values& new_targets);
std::vector<Change> program_changes(const SpacePair& pair);
std::vector<Change> network_changes(const SpacePair& pair);

// Whether the name is that of a reuseport program, which is read with the sockets of other
// families.
bool is_of_reuseport(const std::string& name);

Values new_targets_of(const SpacePair& pair, const std::vector<Change>& forwards);

}  // namespace netmon
