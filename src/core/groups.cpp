#include "core/groups.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace netmon {
namespace {

class Interner {
 public:
  Interner() { text({}); }

  std::uint32_t text(std::string_view value) {
    const auto found = numbers_.find(value);
    if (found != numbers_.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(interned_.texts.size());
    interned_.texts.emplace_back(value);
    numbers_.emplace(value, number);
    return number;
  }

  std::uint32_t scope(const Scope& value) {
    const auto number = std::ranges::find(interned_.scopes, value) - interned_.scopes.begin();
    if (number == std::ssize(interned_.scopes)) interned_.scopes.push_back(value);
    return static_cast<std::uint32_t>(number);
  }

  Interned take() { return std::move(interned_); }

 private:
  // Borrows from the snapshots' own texts, which outlive the interner.
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  Interned interned_;
};

using ProcessKey = std::pair<std::uint32_t, std::uint64_t>;  // pid, start_ticks: unique in a boot

// The name that a process goes by in the comparison, by its index. In one boot the same pid and
// start time is the same process, whatever it calls itself now: BEFORE's name stays.
std::vector<std::uint32_t> names_of(const Snapshot& snapshot,
                                    std::map<ProcessKey, std::uint32_t>& known,
                                    Interner& interner) {
  std::vector<std::uint32_t> names;
  names.reserve(snapshot.processes.size());
  for (const Process& process : snapshot.processes) {
    const auto [entry, inserted] =
        known.try_emplace(ProcessKey{process.pid, process.start_ticks}, 0);
    if (inserted) {
      entry->second = interner.text(process.name.empty() ? kUnnamedProcess : process.name);
    }
    names.push_back(entry->second);
  }
  return names;
}

Place place_of(const Snapshot& snapshot, const Socket& socket, Role role, std::uint32_t scope,
               Interner& interner) {
  const IdentityParts parts = identity_parts(socket, role);
  Place place{.scope = scope,
              .role = role,
              .protocol = socket.protocol,
              .port = parts.port,
              .remote = parts.remote,
              .remote_port = parts.remote_port};
  if (parts.remote_device != 0) {
    const auto& devices = snapshot.namespaces[socket.netns].devices;
    const auto found = std::ranges::find(devices, parts.remote_device, &Device::index);
    if (found != devices.end()) place.remote_device = interner.text(found->name);
  }
  return place;
}

std::vector<Member> members_of(const Snapshot& snapshot,
                               const std::vector<std::optional<Role>>& roles,
                               const std::vector<std::uint32_t>& names, Interner& interner) {
  std::vector<std::uint32_t> scopes;
  for (const NetNamespace& netns : snapshot.namespaces)
    scopes.push_back(interner.scope(netns.scope));

  std::vector<Member> members;
  members.reserve(snapshot.sockets.size());
  for (std::uint32_t i = 0; i < snapshot.sockets.size(); ++i) {
    if (!roles[i]) continue;
    const Socket& socket = snapshot.sockets[i];
    const Place place = place_of(snapshot, socket, *roles[i], scopes[socket.netns], interner);
    const std::uint32_t name =
        socket.owner_count == 0 ? kNameless : names[snapshot.owners[socket.first_owner].process];
    members.push_back({place, name, i});
  }
  std::ranges::sort(members);
  return members;
}

}  // namespace

Grouped group(const Snapshot& before, const Snapshot& after) {
  Interner interner;
  std::map<ProcessKey, std::uint32_t> known;
  const auto names_before = names_of(before, known, interner);
  if (before.info.boot_id.empty() || before.info.boot_id != after.info.boot_id) known.clear();
  const auto names_after = names_of(after, known, interner);

  Grouped grouped;
  grouped.before = members_of(before, roles_of(before, &after), names_before, interner);
  grouped.after = members_of(after, roles_of(after, &before), names_after, interner);
  grouped.interned = interner.take();
  return grouped;
}

std::vector<Group> groups_by_name(std::span<const Member> members) {
  std::vector<Group> groups;
  while (!members.empty()) {
    const auto end = std::ranges::find_if(
        members, [&](const Member& member) { return member.name != members.front().name; });
    const auto length = static_cast<std::size_t>(end - members.begin());
    groups.push_back({members.front().name, members.first(length)});
    members = members.subspan(length);
  }
  return groups;
}

const Group* nameless_of(const std::vector<Group>& groups) {
  return !groups.empty() && groups.front().name == kNameless ? &groups.front() : nullptr;
}

std::vector<Group> without(const std::vector<Group>& all, const std::vector<Group>& other) {
  std::vector<Group> rest;
  std::ranges::set_difference(all, other, std::back_inserter(rest), {}, &Group::name, &Group::name);
  if (nameless_of(rest) != nullptr) rest.erase(rest.begin());
  return rest;
}

std::vector<std::pair<Group, Group>> pairs_by_name(const std::vector<Group>& before,
                                                   const std::vector<Group>& after) {
  std::vector<std::pair<Group, Group>> pairs;
  auto a = after.begin();
  for (const Group& b : before) {
    while (a != after.end() && a->name < b.name) ++a;
    if (a == after.end()) break;
    if (a->name == b.name && b.name != kNameless) pairs.emplace_back(b, *a);
  }
  return pairs;
}

bool hides_a_process(const Snapshot& snapshot, const Group& nameless) {
  return std::ranges::any_of(nameless.members, [&](const Member& member) {
    return !ownerless_by_nature(snapshot.sockets[member.socket].owner_state);
  });
}

std::vector<Group> worth_reporting(const Snapshot& snapshot, std::vector<Group> groups) {
  if (groups.size() > 1 && groups.front().name == kNameless &&
      !hides_a_process(snapshot, groups.front())) {
    groups.erase(groups.begin());
  }
  return groups;
}

}  // namespace netmon
