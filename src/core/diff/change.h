// Makes a Change out of the sockets at a place.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/diff/holders.h"
#include "core/places/exposure.h"
#include "core/places/places.h"
#include "netmon/core/diff/diff.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// What a change is about: a place as one side has it, and those of its holders that it speaks of.
struct Subject {
  const Places& places;
  const SnapshotSide& side;
  std::span<const Member> members;       // not empty
  const Holders& holders;                // all
  std::vector<std::uint32_t> processes;  // indexes; the one that stands for all comes first
};

// Sorted, without repeats.
std::vector<Binding> bindings_of(const Places& places, const SnapshotSide& side,
                                 std::span<const Member> members);
// The same for each namespace in which there are members.
std::vector<std::vector<Binding>> bindings_by_namespace(const Places& places,
                                                        const SnapshotSide& side,
                                                        std::span<const Member> members);

// Containers in which the holders run; where those are not visible, those of the namespace.
std::vector<std::string> containers_of(const Subject& subject);

// What it is called when something of this role is new, and when it is gone.
ChangeKind added_kind(Role role);
ChangeKind removed_kind(Role role);

// Identity, addresses, port, processes of `subject`; no severity, no attributes, no message yet.
Change start_change(ChangeKind kind, const Subject& subject);

// Fills in what depends on everything else: message and fingerprint.
Change finish_change(Change change);

// The process as a report shows it.
ProcessSummary summarize(const Snapshot& snapshot, const Process& process);

// The change without what only its first line says, as in "tcp 0.0.0.0:31337 python3".
std::string subject_of(const Subject& subject);

// Lists as texts, for attributes.
std::vector<std::string> to_texts(const std::vector<Binding>& bindings);

}  // namespace netmon
