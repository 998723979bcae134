#include "core/model/hidden.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "core/diff/change.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

bool listens(const HiddenSocket& hidden) {
  return hidden.state == State::listen || hidden.state == State::unconnected;
}

// What identifies a finding in another snapshot. The local port of a peer is ephemeral, so its
// remote end is used.
auto key_of(const SnapshotSide& side, const HiddenSocket& hidden) {
  return std::tuple(side.spaces[hidden.netns], hidden.protocol, hidden.seen_in, hidden.missing_from,
                    listens(hidden), listens(hidden) ? hidden.local : hidden.remote);
}

auto keys_of(const SnapshotSide& side) {
  std::set<decltype(key_of(side, {}))> keys;
  for (const HiddenSocket& hidden : side.snapshot.hidden) keys.insert(key_of(side, hidden));
  return keys;
}

Change change_of(const Snapshot& snapshot, const HiddenSocket& hidden) {
  Change change{.kind = ChangeKind::hidden_socket, .severity = Severity::high, .sockets_after = 1};
  Identity& identity = change.identity;
  identity.scope = snapshot.namespaces[hidden.netns].scope;
  identity.protocol = hidden.protocol;
  if (listens(hidden)) {
    change.addresses.push_back(to_string(hidden.local.address));
    identity.port = change.port = hidden.local.port;
  } else {
    identity.role = Role::outbound;
    identity.remote = {to_string(hidden.remote.address), hidden.remote.port};
  }
  if (hidden.process) {
    change.process = summarize(snapshot, snapshot.processes[*hidden.process]);
    change.holders = {*change.process};
    identity.program = change.process->name;
  } else {
    change.no_process = "process not known";
  }
  change.attributes.push_back({Attribute::seen_in, {}, {std::string(to_string(hidden.seen_in))}});
  change.attributes.push_back(
      {Attribute::missing_from, {}, {std::string(to_string(hidden.missing_from))}});
  return change;
}

}  // namespace

std::vector<Change> hidden_changes(const Places& places) {
  std::vector<Change> changes;
  const auto known = keys_of(places.before);
  std::map<decltype(key_of(places.after, {})), std::size_t> index_of;  // of the finding's change
  for (const HiddenSocket& hidden : places.after.snapshot.hidden) {
    const auto key = key_of(places.after, hidden);
    if (known.contains(key)) continue;
    const auto [change, is_new] = index_of.emplace(key, changes.size());
    if (is_new) {
      changes.push_back(change_of(places.after.snapshot, hidden));
    } else {
      ++changes[change->second].sockets_after;
    }
  }
  return changes;
}

void add_hidden_caveats(std::vector<Caveat>& caveats, const Places& places) {
  const std::uint64_t count = places.before.snapshot.hidden.size();
  if (count == 0) return;
  const auto known = keys_of(places.before);
  const bool still = std::ranges::any_of(
      places.after.snapshot.hidden,
      [&](const HiddenSocket& hidden) { return known.contains(key_of(places.after, hidden)); });
  caveats.push_back(
      {.code = Circumstance::hidden_sockets,
       .side = still ? Side::both : Side::before,
       .count = count,
       .message = fmt::format("two views of the kernel disagreed about {} {}",
                              counted(count, "socket", "sockets"),
                              still ? "already before the change" : "before the change")});
}

}  // namespace netmon
