// Roles of the sockets of a snapshot, alone and in a comparison with another snapshot.
#pragma once

#include <optional>
#include <vector>

#include "builder.h"
#include "core/places/interner.h"
#include "core/places/programs.h"
#include "core/places/roles.h"
#include "core/places/spaces.h"

namespace netmon::test {

inline std::optional<Role> last_role(const Builder& builder) {
  return roles_of(builder.get()).back();
}

// Roles of the sockets of AFTER, in a comparison with BEFORE.
inline std::vector<SocketRole> roles_after(const Snapshot& before, const Snapshot& after) {
  Interner texts;
  Programs programs(texts);
  const Spaces spaces = pair_spaces(before, after);
  const std::vector<std::uint32_t> old = programs.add(before);
  const std::vector<std::uint32_t> now = programs.add(after);
  return decide_roles({before, spaces.before, old}, {after, spaces.after, now}, programs)
      .after.roles;
}

inline SocketRole last_role_after(const Builder& before, const Builder& after) {
  return roles_after(before.get(), after.get()).back();
}

}  // namespace netmon::test
