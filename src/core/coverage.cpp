#include "core/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace netmon {
namespace {

bool has_read(const Snapshot& snapshot, const Scope& scope) {
  return std::ranges::any_of(snapshot.namespaces,
                             [&](const NetNamespace& netns) { return netns.scope == scope; });
}

// Whether the gap hides whole namespaces. A hidden process may live in one that nothing else leads
// to.
bool hides_namespaces(GapCode code) {
  switch (code) {
    case GapCode::netns_not_entered:
    case GapCode::netns_not_requested:
    case GapCode::netns_not_known:
    case GapCode::processes_hidden:
      return true;
    case GapCode::protocol_not_answered:
    case GapCode::owners_not_visible:
    case GapCode::owners_vanished:
    case GapCode::processes_vanished:
    case GapCode::netns_vanished:
    case GapCode::port_choice_not_known:
    case GapCode::executables_not_hashed:
    case GapCode::not_cross_checked:
    case GapCode::samples_missed:
    case GapCode::command_lines_left_out:
      return false;
  }
  return false;
}

// Whether the gap hides whole sockets. The others leave the socket in sight and are weighed where
// two identities meet (diff.cpp).
bool hides_sockets(GapCode code) {
  return hides_namespaces(code) || code == GapCode::protocol_not_answered;
}

bool hides(const Gap& gap, const Snapshot& snapshot, const Scope& scope, Protocol protocol) {
  if (gap.code == GapCode::protocol_not_answered) {
    return gap.protocol == protocol && (!gap.scope || *gap.scope == scope);
  }
  if (!hides_namespaces(gap.code)) return false;
  if (gap.scope) return *gap.scope == scope;
  return is_collective(scope) || !has_read(snapshot, scope);
}

bool same_blindness(const Gap& a, const Gap& b) {
  return a.code == b.code && a.scope == b.scope && a.protocol == b.protocol;
}

bool shares(const Snapshot& snapshot, const Gap& gap) {
  return std::ranges::any_of(snapshot.gaps,
                             [&](const Gap& other) { return same_blindness(other, gap); });
}

void add_gaps(std::vector<Caveat>& caveats, const Snapshot& side, const Snapshot& other,
              Side which) {
  for (const Gap& gap : side.gaps) {
    const bool decisive = hides_sockets(gap.code) && !shares(other, gap);
    caveats.push_back({.code = std::string(to_string(gap.code)),
                       .side = which,
                       .weight = decisive ? Weight::decisive : Weight::informational,
                       .count = gap.count,
                       .message = describe(gap)});
  }
}

Caveat about_both(std::string code, std::string message) {
  return {.code = std::move(code),
          .side = Side::both,
          .weight = Weight::informational,
          .count = 1,
          .message = std::move(message)};
}

bool is_same_host(const SnapshotInfo& a, const SnapshotInfo& b) {
  if (!a.machine_id.empty() && !b.machine_id.empty() && a.machine_id != b.machine_id) return false;
  return a.host_name == b.host_name;
}

}  // namespace

bool is_blind_to(const Snapshot& snapshot, const Scope& scope, Protocol protocol) {
  return std::ranges::any_of(snapshot.gaps,
                             [&](const Gap& gap) { return hides(gap, snapshot, scope, protocol); });
}

std::vector<Caveat> coverage_caveats(const Snapshot& before, const Snapshot& after) {
  std::vector<Caveat> caveats;
  add_gaps(caveats, before, after, Side::before);
  add_gaps(caveats, after, before, Side::after);
  const SnapshotInfo& a = before.info;
  const SnapshotInfo& b = after.info;
  if (a.boot_id.empty() || b.boot_id.empty()) return caveats;  // @empty was taken nowhere
  if (b.started_at < a.started_at) {
    caveats.push_back(about_both("order-reversed",
                                 fmt::format("AFTER ({}) was captured before BEFORE ({})",
                                             to_display(b.started_at), to_display(a.started_at))));
  }
  if (!is_same_host(a, b)) {
    caveats.push_back(about_both(
        "different-host",
        fmt::format("captured on different hosts: {} and {}", a.host_name, b.host_name)));
  } else if (a.boot_id != b.boot_id) {
    caveats.push_back(about_both("rebooted", "the host was rebooted between the two captures"));
  }
  return caveats;
}

}  // namespace netmon
