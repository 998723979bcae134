// Makes a Change out of the sockets that share an identity.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/exposure.h"
#include "core/groups.h"
#include "netmon/diff.h"
#include "netmon/model.h"

namespace netmon {

// The attribute of a change whose process is another than before.
inline constexpr std::string_view kRestarted = "restarted";

// A snapshot and its members at one place (of one or several names).
struct SideMembers {
  const Snapshot& snapshot;
  std::span<const Member> members;
};

// Sorted, without repeats.
std::vector<Binding> bindings_of(const SideMembers& side);

// Whether values that are not known are left out, or kept as kUnknownValue.
enum class Unknown : std::uint8_t { left_out, kept };

// The values of an attribute over the processes that are shown for the members; sorted, without
// repeats.
std::vector<std::string> executables_of(const SideMembers& side, Unknown unknown);
std::vector<std::string> digests_of(const SideMembers& side);
std::vector<std::string> users_of(const SideMembers& side, Unknown unknown);
std::vector<std::string> units_of(const SideMembers& side);
std::vector<std::string> containers_of(const SideMembers& side);
bool any_owned_by_root(const SideMembers& side);
// Whether the executable's path, its digest is known of each of those processes.
bool all_executables_known(const SideMembers& side);
bool all_digests_known(const SideMembers& side);

// All that hold the members, not only the process that is shown for each: the oldest process of
// each name and executable, in their order.
std::vector<const Process*> holders_of(const SideMembers& side);
// When the oldest of those processes started; empty where none is known.
std::optional<Timestamp> started_at(const SideMembers& side);

// What it is called when something of this role is new, and when it is gone.
ChangeKind added_kind(Role role);
ChangeKind removed_kind(Role role);

// Scope, role, protocol, addresses, port, remote and process of `shown`; no severity, no message,
// no fingerprint yet. `shown` is not empty.
Change start_change(ChangeKind kind, const SideMembers& shown, const Interned& interned);

// Fills in what depends on everything else: message and fingerprint.
Change finish_change(Change change);

// The process as a report shows it.
ProcessSummary summarize(const Snapshot& snapshot, const Process& process);

// Lists as texts, for attributes.
std::vector<std::string> to_texts(const std::vector<Binding>& bindings);

}  // namespace netmon
