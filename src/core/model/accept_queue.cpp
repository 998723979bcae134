#include "netmon/core/model/accept_queue.h"

#include <tuple>
#include <vector>

#include "core/model/accepting.h"

namespace netmon {

std::map<std::uint32_t, std::uint32_t> accepting_listeners(const Snapshot& snapshot) {
  using ListenerKey = std::tuple<std::uint32_t, std::uint16_t, Acceptor>;  // namespace, port
  std::vector<std::uint32_t> waiting;
  std::vector<std::uint32_t> listening;
  for (std::uint32_t i = 0; i < snapshot.sockets.size(); ++i) {
    const Socket& socket = snapshot.sockets[i];
    if (socket.owner_state == OwnerState::pending_accept) waiting.push_back(i);
    if (socket.state == State::listen) listening.push_back(i);
  }
  if (waiting.empty()) return {};
  std::map<ListenerKey, std::uint32_t> listeners;
  for (const std::uint32_t i : listening) {
    const Socket& socket = snapshot.sockets[i];
    for (const Acceptor& acceptor : acceptors_of(socket)) {
      listeners.try_emplace({socket.netns, socket.local.port, acceptor}, i);
    }
  }
  std::map<std::uint32_t, std::uint32_t> accepting;
  for (const std::uint32_t i : waiting) {
    const Socket& socket = snapshot.sockets[i];
    for (const Acceptor& acceptor : acceptors_for(socket)) {
      const auto found = listeners.find({socket.netns, socket.local.port, acceptor});
      if (found == listeners.end()) continue;
      accepting[i] = found->second;
      break;
    }
  }
  return accepting;
}

}  // namespace netmon
