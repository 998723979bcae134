// What a reader must know about identities that both sides of a diff have: where the match rests on
// less than was seen before, and who else holds a listener now.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/change_builder.h"
#include "core/groups.h"
#include "netmon/diff.h"
#include "netmon/model.h"

namespace netmon {

// Inbound peers and clients come and go: what changes about them is a notice at most.
bool can_gate(Role role);

class MatchNotes {
 public:
  MatchNotes(const Snapshot& before, const Snapshot& after, const Interned& interned);

  // A place where one side has a nameless group, or both; the others are the names that only one
  // side has.
  void note_nameless(const Group* nameless_before, const Group* nameless_after,
                     const std::vector<Group>& before_only, const std::vector<Group>& after_only);
  // Two groups of one identity.
  void note_executables(const Group& before, const Group& after);
  void note_holders(const Group& before, const Group& after);

  void add_caveats(std::vector<Caveat>& caveats) const;

 private:
  [[nodiscard]] std::string subject_of(const Group& after) const;
  void add_holder_caveats(std::vector<Caveat>& caveats) const;

  const Snapshot& before_;
  const Snapshot& after_;
  const Interned& interned_;
  bool after_has_digests_ = false;
  std::uint64_t nameless_decisive_ = 0;
  std::uint64_t nameless_other_ = 0;
  std::uint64_t unread_executables_ = 0;
  std::string unread_example_;
  std::vector<std::string> also_held_;
};

}  // namespace netmon
