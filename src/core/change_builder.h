// Makes a Change out of the sockets that share an identity.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/exposure.h"
#include "core/groups.h"
#include "netmon/diff.h"
#include "netmon/model.h"

namespace netmon {

// A snapshot and its members at one place (of one or several names).
struct SideMembers {
  const Snapshot& snapshot;
  std::span<const Member> members;
};

// Sorted, without repeats.
std::vector<Binding> bindings_of(const SideMembers& side);

// The values of an attribute over the processes that are shown for the members; sorted, without
// repeats, and without those that are not known.
std::vector<std::string> executables_of(const SideMembers& side);
std::vector<std::string> users_of(const SideMembers& side);
std::vector<std::string> units_of(const SideMembers& side);
std::vector<std::string> containers_of(const SideMembers& side);
bool any_owned_by_root(const SideMembers& side);

// What it is called when something of this role is new, and when it is gone.
ChangeKind added_kind(Role role);
ChangeKind removed_kind(Role role);

// Scope, role, protocol, addresses, port, remote and process of `shown`; no severity, no message,
// no fingerprint yet. `shown` is not empty.
Change start_change(ChangeKind kind, const SideMembers& shown, const Interned& interned);

// Fills in what depends on everything else: message and fingerprint.
Change finish_change(Change change);

// Lists as texts, for attributes.
std::vector<std::string> to_texts(const std::vector<Binding>& bindings);

}  // namespace netmon
