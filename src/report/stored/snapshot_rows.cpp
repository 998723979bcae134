#include "report/stored/snapshot_rows.h"

#include "netmon/core/model/accept_queue.h"

namespace netmon {

std::vector<SnapshotRow> rows_of(const Snapshot& snapshot, const Filter& filter) {
  const std::vector<std::optional<Role>> roles = roles_of(snapshot);
  const auto accepting = accepting_listeners(snapshot);
  std::vector<SnapshotRow> rows;
  for (std::size_t i = 0; i < snapshot.sockets.size(); ++i) {
    const Socket& socket = snapshot.sockets[i];
    if (filter && !filter(snapshot, socket, roles[i])) continue;
    rows.push_back({&socket, roles[i]});
    const auto listener = accepting.find(static_cast<std::uint32_t>(i));
    if (listener == accepting.end()) continue;
    rows.back().accepting = snapshot.shown_process(snapshot.sockets[listener->second]);
  }
  return rows;
}

const Scope& scope_of(const Snapshot& snapshot, const Socket& socket) {
  return snapshot.namespaces[socket.netns].scope;
}

}  // namespace netmon
