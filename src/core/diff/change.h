// Builds a Change from the sockets at a place.
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

// The subject of a change: a place on one side, and those of its holders that the change is about.
struct Subject {
  const Places& places;
  const SnapshotSide& side;
  std::span<const Member> members;       // not empty
  const Holders& holders;                // all holders of the place
  std::vector<std::uint32_t> processes;  // indexes; the one that stands for all comes first
};

// Sorted, without repeats.
std::vector<Binding> bindings_of(const Places& places, const SnapshotSide& side,
                                 std::span<const Member> members);
// The bindings of each namespace that has members.
std::vector<std::vector<Binding>> bindings_by_namespace(const Places& places,
                                                        const SnapshotSide& side,
                                                        std::span<const Member> members);

// The containers that the holders run in; where holders are not visible, those of the namespace.
std::vector<std::string> containers_of(const Subject& subject);

// The kind of change for a place of this role that is new or gone.
ChangeKind added_kind(Role role);
ChangeKind removed_kind(Role role);

// Sets identity, addresses, port and processes from `subject`; severity, attributes and message are
// not set yet.
Change start_change(ChangeKind kind, const Subject& subject);

// Sets what depends on everything else: message and fingerprint.
Change finish_change(Change change);

// The process as a report shows it.
ProcessSummary summarize(const Snapshot& snapshot, const Process& process);

// Names the subject without saying what happened, as in "tcp 0.0.0.0:31337 python3".
std::string subject_of(const Subject& subject);

// The bindings as texts, for an attribute.
std::vector<std::string> to_texts(const std::vector<Binding>& bindings);

}  // namespace netmon
