// The comparison, place by place. Its parts: the walk over places, and what is new or gone
// (diff.cpp), the holders of a place (diff_programs.cpp), listeners that moved (diff_moved.cpp),
// and what was not seen (diff_doubts.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/diff/change.h"
#include "core/diff/coverage.h"
#include "core/diff/holders.h"
#include "core/places/places.h"
#include "netmon/core/diff/diff.h"

namespace netmon {

using Members = std::span<const Member>;

// A place on one side and its holders.
struct PlaceSide {
  const SnapshotSide& side;
  Members members;
  Holders holders;

  [[nodiscard]] const Place& place() const { return members.front().place; }
  [[nodiscard]] const Socket& socket(const Member& member) const {
    return side.snapshot.sockets[member.socket];
  }
};

// What makes a program another one, whoever runs it: name, path, digest, script.
using ProgramKey = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;

inline ProgramKey key_of(const Program& program) {
  return {program.name, program.exe, program.sha256, program.script};
}

Severity severity_of_peer(const Place& place);
AttributeChange attribute(Attribute name, std::vector<std::string> before,
                          std::vector<std::string> after);

// Compares what two snapshots have, one place at a time.
class Differ {
 public:
  Differ(const Places& places, Unchanged unchanged) : places_(places), unchanged_(unchanged) {
    for (const std::uint32_t program : places.before.programs) {
      known_programs_.insert(key_of(places.programs.at(program)));
    }
  }

  void compare_place(Members before, Members after);
  Comparison finish();

 private:
  [[nodiscard]] PlaceSide place_side(const SnapshotSide& side, Members members) const {
    return {side, members, holders_of(side, members)};
  }

  void compare_gating(Members before, Members after);
  void compare_passing(const PlaceSide& before, const PlaceSide& after);
  void compare_both(const PlaceSide& before, const PlaceSide& after);
  void compare_exposures(const PlaceSide& before, const PlaceSide& after);
  void compare_programs(const PlaceSide& before, const PlaceSide& after);
  void compare_pair(const PlaceSide& before, const PlaceSide& after, const NameGroup& old,
                    const NameGroup& now);
  void compare_notices(const PlaceSide& before, const PlaceSide& after, const NameGroup& old,
                       const NameGroup& now);
  void add_replaced(const PlaceSide& before, const PlaceSide& after,
                    const std::vector<NameGroup>& removed, const std::vector<NameGroup>& added);
  void add_joined(const PlaceSide& before, const PlaceSide& after, const NameGroup& group);
  void add_added(const PlaceSide& after);
  void add_removed(const PlaceSide& before, const NameGroup& group, ChangeKind kind);
  void add_all_removed(const PlaceSide& before);
  void add_forged(const PlaceSide& after, const std::set<std::uint32_t>& known_names);
  void settle_listeners();
  [[nodiscard]] bool may_have_been_there(const PlaceSide& now) const;
  void add_moved(const PlaceSide& was, const PlaceSide& now);
  void doubt_holders(const PlaceSide& before, const PlaceSide& after);
  void doubt_ports(const PlaceSide& before, const PlaceSide& after);
  void doubt_roles(const PlaceSide& after);
  void add_doubt(GapCode code, Side which, const Subject& of);
  void list_unchanged(const PlaceSide& after, bool undecided);
  void add_scope_changes();

  // The subject of a change at the place: with all holders, or with those of one group.
  [[nodiscard]] Subject subject(const PlaceSide& here) const;
  [[nodiscard]] Subject subject(const PlaceSide& here, std::vector<std::uint32_t> processes) const {
    return {places_, here.side, here.members, here.holders, std::move(processes)};
  }
  Change& add(ChangeKind kind, Severity severity, const Subject& of, std::size_t sockets_before,
              std::size_t sockets_after);
  [[nodiscard]] bool had_socket(const Socket& socket);

  const Places& places_;
  Unchanged unchanged_;
  std::set<ProgramKey> known_programs_;
  std::vector<Change> changes_;
  std::vector<UnchangedPlace> listed_;
  Doubts doubts_;
  std::uint64_t places_seen_ = 0;  // places that gate
  std::uint64_t undecided_ = 0;
  std::vector<Members> listeners_removed_;
  std::vector<Members> listeners_added_;
  std::optional<std::unordered_set<std::uint64_t>> old_cookies_;
};

}  // namespace netmon
