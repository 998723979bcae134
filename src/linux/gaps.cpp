#include "linux/gaps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

#include "netmon/core/values/error.h"

namespace netmon {
namespace {

std::uint64_t count_sockets(const Snapshot& snapshot, OwnerState state) {
  return static_cast<std::uint64_t>(
      std::count_if(snapshot.sockets.begin(), snapshot.sockets.end(),
                    [state](const Socket& socket) { return socket.owner_state == state; }));
}

bool has_unknown_port_choice(const Snapshot& snapshot, const Socket& socket) {
  const bool has_place = is_datagram(socket.protocol) ? socket.state == State::unconnected
                                                      : socket.state == State::listen;
  return has_place && !socket.port_choice && socket.owner_state != OwnerState::kernel &&
         snapshot.namespaces[socket.netns].ephemeral_ports.contains(socket.local.port);
}

}  // namespace

void add_gap(std::vector<Gap>& gaps, Gap gap) {
  if (gap.count == 0) return;
  const auto like = [&](const Gap& other) {
    return std::tie(other.code, other.scope, other.protocol, other.reason) ==
           std::tie(gap.code, gap.scope, gap.protocol, gap.reason);
  };
  const auto same = std::find_if(gaps.begin(), gaps.end(), like);
  if (same == gaps.end()) {
    gaps.push_back(std::move(gap));
  } else {
    same->count += gap.count;
  }
}

void add_netns_gaps(std::vector<Gap>& gaps, const std::vector<ClosedNetns>& closed) {
  const auto by_path_alone = [](const ClosedNetns& c) {
    return c.netns->id != 0 && c.netns->pids.empty();
  };
  auto pairs = std::count_if(closed.begin(), closed.end(), by_path_alone);
  for (const ClosedNetns& c : closed) {
    if (c.netns->id == 0 && c.netns->pids.empty()) continue;  // emptied by unify_namespaces()
    const bool by_processes_alone = c.netns->id == 0 && c.netns->scope.kind == ScopeKind::anonymous;
    if (by_processes_alone && pairs > 0) {
      --pairs;
      continue;
    }
    const bool vanished = c.error == ESRCH;  // its sockets vanished with it
    add_gap(gaps, {vanished ? GapCode::netns_vanished : GapCode::netns_not_entered, c.netns->scope,
                   std::nullopt, vanished ? "" : errno_text(c.error), 1});
  }
}

void add_socket_gaps(std::vector<Gap>& gaps, const Snapshot& snapshot, const OwnerWalk& walk,
                     std::string reason, const std::string& why_not_found) {
  if (walk.not_permitted > 0) {
    reason = fmt::format("{} of {} processes could not be read: {}", walk.not_permitted, walk.seen,
                         errno_text(walk.error));
  }
  add_gap(gaps, {GapCode::owners_not_visible, std::nullopt, std::nullopt, reason,
                 count_sockets(snapshot, OwnerState::not_permitted)});
  add_gap(gaps, {GapCode::owners_not_found, std::nullopt, std::nullopt, why_not_found,
                 count_sockets(snapshot, OwnerState::no_process)});
  add_gap(gaps,
          {GapCode::owners_vanished, std::nullopt, std::nullopt,
           "sockets and processes come and go", count_sockets(snapshot, OwnerState::vanished)});
  add_gap(gaps, {GapCode::processes_vanished, std::nullopt, std::nullopt,
                 "they ended before they were read", walk.vanished});
  const auto unknown_choices = static_cast<std::uint64_t>(std::count_if(
      snapshot.sockets.begin(), snapshot.sockets.end(),
      [&](const Socket& socket) { return has_unknown_port_choice(snapshot, socket); }));
  add_gap(gaps, {GapCode::port_choice_not_known, std::nullopt, std::nullopt, "only BPF could tell",
                 unknown_choices});
}

}  // namespace netmon
