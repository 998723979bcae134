#include "report/snapshot_rows.h"

namespace netmon {

std::vector<SnapshotRow> rows_of(const Snapshot& snapshot, const Filter& filter) {
  const std::vector<std::optional<Role>> roles = roles_of(snapshot);
  std::vector<SnapshotRow> rows;
  for (std::size_t i = 0; i < snapshot.sockets.size(); ++i) {
    const Socket& socket = snapshot.sockets[i];
    if (!filter || filter(snapshot, socket, roles[i])) rows.push_back({&socket, roles[i]});
  }
  return rows;
}

const Scope& scope_of(const Snapshot& snapshot, const Socket& socket) {
  return snapshot.namespaces[socket.netns].scope;
}

}  // namespace netmon
