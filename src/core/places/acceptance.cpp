#include "core/places/acceptance.h"

#include <algorithm>

namespace netmon {
namespace {

// Whether a UDP port is known to have been chosen on purpose. Without word from the kernel, a port
// outside the ephemeral range was: the kernel chooses only inside it. So was a kernel-owned
// socket's port, which was configured.
bool is_known_purposeful(const Snapshot& snapshot, const Socket& socket) {
  if (!is_datagram(socket.protocol) || socket.state != State::unconnected) return false;
  if (socket.port_choice) return *socket.port_choice == PortChoice::program;
  return socket.owner_state == OwnerState::kernel || !has_ephemeral_port(snapshot, socket);
}

}  // namespace

bool has_ephemeral_port(const Snapshot& snapshot, const Socket& socket) {
  return snapshot.namespaces[socket.netns].ephemeral_ports.contains(socket.local.port);
}

PurposefulPorts::PurposefulPorts(const RoleView& view) {
  for (const Socket& socket : view.snapshot.sockets) {
    if (is_known_purposeful(view.snapshot, socket)) ports_.insert(key(view, socket));
  }
}

bool Knowledge::listens(const Socket& socket, const Knowledge* other) const {
  if (socket.state == State::listen) return true;
  if (is_known_purposeful(view.snapshot, socket)) return true;
  const bool open =
      is_datagram(socket.protocol) && socket.state == State::unconnected && !socket.port_choice;
  return open && other != nullptr && other->purposeful.contains(view, socket);
}

void Knowledge::index(const Knowledge* other) {
  for (const Socket& socket : view.snapshot.sockets) {
    const bool datagram = is_datagram(socket.protocol) && socket.state == State::unconnected;
    if (socket.state != State::listen && !datagram) continue;
    const bool is_listener = listens(socket, other);
    here.add(view.snapshot, socket, socket.netns, is_listener);
    if (is_listener) by_space.add(view.snapshot, socket, view.spaces[socket.netns], true);
  }
  here.finish();
  by_space.finish();
  for (std::uint32_t i = 0; i < view.snapshot.processes.size(); ++i) {
    const Process& process = view.snapshot.processes[i];
    processes_.emplace(ProcessKey{process.pid, process.start_ticks}, i);
  }
}

const std::uint32_t* Knowledge::find(const Process& process) const {
  const auto found = processes_.find({process.pid, process.start_ticks});
  return found == processes_.end() ? nullptr : &found->second;
}

Acceptance::Acceptance(const Knowledge& own, const Knowledge& listening, const Programs& programs)
    : own_(own),
      listening_(listening),
      programs_(programs),
      one_snapshot_(&own == &listening),
      one_boot_(one_snapshot_ || same_boot(own.view.snapshot.info, listening.view.snapshot.info)) {}

bool Acceptance::accepts(const Receivers& receivers, Protocol protocol, std::uint32_t process) {
  const Key key{&receivers, std::uint64_t{process} << 8U | static_cast<std::uint8_t>(protocol)};
  if (key == latest_) return latest_accepts_;
  const auto [entry, is_new] = known_.try_emplace(key, false);
  if (is_new) entry->second = find_out(receivers, protocol, process);
  latest_ = key;
  return latest_accepts_ = entry->second;
}

bool Acceptance::holds(const Receivers& receivers, const Process& process,
                       std::uint32_t index) const {
  if (one_snapshot_) return std::ranges::binary_search(receivers.holders, index);
  if (!one_boot_) return false;
  const std::uint32_t* same = listening_.find(process);
  return same != nullptr && std::ranges::binary_search(receivers.holders, *same);
}

bool Acceptance::find_out(const Receivers& receivers, Protocol protocol,
                          std::uint32_t process) const {
  const Snapshot& snapshot = own_.view.snapshot;
  if (holds(receivers, snapshot.processes[process], process)) return true;
  if (is_datagram(protocol)) return false;
  const std::uint32_t program = own_.view.programs[process];
  const auto runs_it = [&](std::uint32_t holder) {
    return programs_.same_program(program, listening_.view.programs[holder]);
  };
  if (std::ranges::any_of(receivers.holders, runs_it)) return true;
  return std::ranges::any_of(
      ancestors_of(snapshot, snapshot.processes[process]), [&](const Process* ancestor) {
        const auto index = static_cast<std::uint32_t>(ancestor - snapshot.processes.data());
        return !is_service_manager(*ancestor) && holds(receivers, *ancestor, index);
      });
}

}  // namespace netmon
