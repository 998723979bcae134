#include "core/hidden.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "core/change_builder.h"
#include "netmon/text.h"

namespace netmon {
namespace {

bool listens(const HiddenSocket& hidden) {
  return hidden.state == State::listen || hidden.state == State::unconnected;
}

// What makes it the same finding in another snapshot: a peer's local port is ephemeral.
auto key_of(const Snapshot& snapshot, const HiddenSocket& hidden) {
  return std::tuple(snapshot.namespaces[hidden.netns].scope, hidden.protocol, hidden.seen_in,
                    hidden.missing_from, listens(hidden),
                    listens(hidden) ? hidden.local : hidden.remote);
}

auto keys_of(const Snapshot& snapshot) {
  std::set<decltype(key_of(snapshot, {}))> keys;
  for (const HiddenSocket& hidden : snapshot.hidden) keys.insert(key_of(snapshot, hidden));
  return keys;
}

Change change_of(const Snapshot& snapshot, const HiddenSocket& hidden) {
  Change change{.kind = ChangeKind::hidden_socket,
                .severity = Severity::high,
                .role = listens(hidden) ? Role::listener : Role::outbound,
                .scope = snapshot.namespaces[hidden.netns].scope,
                .protocol = hidden.protocol,
                .sockets_after = 1};
  if (listens(hidden)) {
    change.addresses.push_back(to_string(hidden.local.address));
    change.port = hidden.local.port;
  } else {
    change.remote = {to_string(hidden.remote.address), hidden.remote.port};
  }
  if (hidden.process) {
    change.process = summarize(snapshot, snapshot.processes[*hidden.process]);
  } else {
    change.no_process = "process not known";
  }
  change.attributes.push_back(
      {.name = "seen in", .before = {}, .after = {std::string(to_string(hidden.seen_in))}});
  change.attributes.push_back({.name = "missing from",
                               .before = {},
                               .after = {std::string(to_string(hidden.missing_from))}});
  return change;
}

}  // namespace

std::vector<Change> hidden_changes(const Snapshot& before, const Snapshot& after) {
  std::vector<Change> changes;
  const auto known = keys_of(before);
  std::map<decltype(key_of(after, {})), std::size_t> index_of;  // of its change
  for (const HiddenSocket& hidden : after.hidden) {
    const auto key = key_of(after, hidden);
    if (known.contains(key)) continue;
    const auto [change, is_new] = index_of.emplace(key, changes.size());
    if (is_new) {
      changes.push_back(change_of(after, hidden));
    } else {
      ++changes[change->second].sockets_after;
    }
  }
  return changes;
}

void add_hidden_caveats(std::vector<Caveat>& caveats, const Snapshot& before,
                        const Snapshot& after) {
  if (before.hidden.empty()) return;
  const std::uint64_t count = before.hidden.size();
  const auto known = keys_of(before);
  const bool still = std::ranges::any_of(after.hidden, [&](const HiddenSocket& hidden) {
    return known.contains(key_of(after, hidden));
  });
  caveats.push_back({"hidden-sockets", still ? Side::both : Side::before, Weight::informational,
                     count,
                     fmt::format("{} that two views of the kernel disagreed about {}",
                                 counted(count, "socket", "sockets"),
                                 still ? "already before" : "before the change")});
}

}  // namespace netmon
