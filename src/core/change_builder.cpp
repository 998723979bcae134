#include "core/change_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/change_message.h"
#include "netmon/secrets.h"
#include "netmon/text.h"

namespace netmon {
namespace {

constexpr std::uint32_t kLoopbackInterface = 1;  // in every namespace: LOOPBACK_IFINDEX, net/flow.h

template <typename T>
std::vector<T> sorted_unique(std::vector<T> values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

const Socket& socket_of(const SideMembers& side, const Member& member) {
  return side.snapshot.sockets[member.socket];
}

// Calls `visit` with the process that is shown for each member; many sockets of one process are
// visited once.
template <typename Visit>
void for_each_process(const SideMembers& side, Visit visit) {
  const Process* last = nullptr;
  for (const Member& member : side.members) {
    const Process* process = side.snapshot.shown_process(socket_of(side, member));
    if (process == nullptr || process == last) continue;
    visit(*process);
    last = process;
  }
}

std::vector<std::string> parents_of(const Snapshot& snapshot, const Process& process) {
  return texts_of(ancestors_of(snapshot, process),
                  [](const Process* ancestor) { return ancestor->name; });
}

std::pair<std::uint64_t, std::uint32_t> age_of(const Process& process) {
  return {process.start_ticks, process.pid};
}

// The oldest process among the members: the one that is there longest is the one to look at.
const Process* oldest_process(const SideMembers& side) {
  const Process* oldest = nullptr;
  for_each_process(side, [&](const Process& process) {
    if (oldest == nullptr || age_of(process) < age_of(*oldest)) oldest = &process;
  });
  return oldest;
}

std::string why_no_process(OwnerState state) {
  switch (state) {
    case OwnerState::not_permitted:
      return "process not visible";
    case OwnerState::vanished:
      return "process gone during the capture";
    case OwnerState::no_process:
      return "held by no process";
    case OwnerState::held:
    case OwnerState::time_wait:
    case OwnerState::orphan:
    case OwnerState::pending_accept:
    case OwnerState::request:
      break;
  }
  return fmt::format("{}, no process", to_string(state));
}

std::optional<Peer> peer_of(const Member& member, const Interned& interned) {
  const Place& place = member.place;
  if (place.role != Role::inbound && place.role != Role::outbound) return std::nullopt;
  Peer peer{.address = to_string(place.remote), .port = std::nullopt};
  if (place.remote_device != kNameless) {
    peer.address += "%" + interned.texts[place.remote_device];
  }
  if (place.role == Role::outbound) peer.port = place.remote_port;
  return peer;
}

// FNV-1a, 64 bits (draft-eastlake-fnv): a name for a change, not a proof of anything.
class Fingerprint {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<std::uint8_t>(c));
    add_byte(0);  // text holds no NUL, so neighbours cannot run into each other
  }
  [[nodiscard]] std::string text() const { return fmt::format("{:016x}", hash_); }

 private:
  void add_byte(std::uint8_t byte) {
    hash_ ^= byte;
    hash_ *= 0x100000001b3U;
  }
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

std::string fingerprint_of(const Change& change) {
  Fingerprint fingerprint;
  fingerprint.add(to_string(change.kind));
  fingerprint.add(to_string(change.scope));
  fingerprint.add(to_string(change.role));
  fingerprint.add(to_string(change.protocol));
  fingerprint.add(change.port ? fmt::format_int(*change.port).str() : "");
  fingerprint.add(change.remote ? change.remote->address : "");
  fingerprint.add(change.remote && change.remote->port ? fmt::format_int(*change.remote->port).str()
                                                       : "");
  fingerprint.add(change.process ? change.process->name : "");
  for (const AttributeChange& attribute : change.attributes) {
    if (attribute.name == kRestarted) continue;  // the same change, however often it restarts
    fingerprint.add(attribute.name);
    for (const std::string& value : attribute.before) fingerprint.add(value);
    fingerprint.add("");
    for (const std::string& value : attribute.after) fingerprint.add(value);
  }
  return fingerprint.text();
}

// Of a listener on [::]; a second socket on it may serve IPv4 as well.
bool serves_ipv6_alone(const std::vector<Binding>& bindings) {
  const auto serves_both = [](const Binding& binding) {
    return is_unspecified(binding.address) && !binding.v6only &&
           normalized(binding.address).family == Family::ipv6;
  };
  return std::ranges::any_of(bindings, &Binding::v6only) &&
         std::ranges::none_of(bindings, serves_both);
}

// What is shown is masked; the store has what was seen.
std::optional<std::string> masked(const std::optional<std::string>& command_line) {
  if (!command_line) return std::nullopt;
  return mask_secrets(*command_line);
}

}  // namespace

ProcessSummary summarize(const Snapshot& snapshot, const Process& process) {
  return {.name = process.name,
          .pid = process.pid,
          .user = process.user,
          .exe = process.exe,
          .exe_deleted = process.exe_deleted,
          .exe_sha256 = process.exe_sha256,
          .cmdline = masked(process.cmdline),
          .unit = process.unit,
          .container = process.container,
          .started_at = process.started_at,
          .parents = parents_of(snapshot, process)};
}

ChangeKind added_kind(Role role) {
  switch (role) {
    case Role::listener:
      return ChangeKind::listener_added;
    case Role::client:
      return ChangeKind::client_added;
    case Role::inbound:
      return ChangeKind::inbound_added;
    case Role::outbound:
      return ChangeKind::outbound_added;
    case Role::raw:
      return ChangeKind::raw_added;
  }
  return ChangeKind::listener_added;
}

ChangeKind removed_kind(Role role) {
  switch (role) {
    case Role::listener:
      return ChangeKind::listener_removed;
    case Role::client:
      return ChangeKind::client_removed;
    case Role::inbound:
      return ChangeKind::inbound_removed;
    case Role::outbound:
      return ChangeKind::outbound_removed;
    case Role::raw:
      return ChangeKind::raw_removed;
  }
  return ChangeKind::listener_removed;
}

std::vector<Binding> bindings_of(const SideMembers& side) {
  std::vector<Binding> bindings;
  for (const Member& member : side.members) {
    const Socket& socket = socket_of(side, member);
    const bool v6only = is_unspecified(socket.local.address) && socket.v6only.value_or(false);
    bindings.push_back({socket.local.address, device_name(side.snapshot, socket), v6only,
                        socket.device_index == kLoopbackInterface});
  }
  return sorted_unique(std::move(bindings));
}

std::vector<std::string> executables_of(const SideMembers& side, Unknown unknown) {
  std::vector<std::string> values;
  for_each_process(side, [&](const Process& process) {
    if (process.exe) {
      values.push_back(*process.exe);
    } else if (unknown == Unknown::kept) {
      values.emplace_back(kUnknownValue);
    }
  });
  return sorted_unique(std::move(values));
}

std::vector<std::string> digests_of(const SideMembers& side) {
  std::vector<std::string> values;
  for_each_process(side, [&](const Process& process) {
    if (process.exe_sha256) values.push_back(*process.exe_sha256);
  });
  return sorted_unique(std::move(values));
}

std::vector<std::string> users_of(const SideMembers& side, Unknown unknown) {
  std::vector<std::string> values;
  for_each_process(side, [&](const Process& process) {
    if (process.uid) {
      values.push_back(process.user);
    } else if (unknown == Unknown::kept) {
      values.emplace_back(kUnknownValue);
    }
  });
  return sorted_unique(std::move(values));
}

std::vector<std::string> units_of(const SideMembers& side) {
  std::vector<std::string> values;
  for_each_process(side, [&](const Process& process) {
    if (!process.unit.empty()) values.push_back(process.unit);
  });
  return sorted_unique(std::move(values));
}

std::vector<std::string> containers_of(const SideMembers& side) {
  std::vector<std::string> values;
  for_each_process(side, [&](const Process& process) {
    if (!process.container.empty()) values.push_back(process.container);
  });
  // Where the processes are not visible, the namespace still tells whose it is.
  for (const Member& member : side.members) {
    const auto& containers = side.snapshot.namespaces[socket_of(side, member).netns].containers;
    if (socket_of(side, member).owner_count == 0) {
      values.insert(values.end(), containers.begin(), containers.end());
    }
  }
  return sorted_unique(std::move(values));
}

bool any_owned_by_root(const SideMembers& side) {
  bool found = false;
  for_each_process(side, [&](const Process& process) { found |= process.uid == 0U; });
  return found;
}

bool all_executables_known(const SideMembers& side) {
  bool known = true;
  for_each_process(side, [&](const Process& process) { known &= process.exe.has_value(); });
  return known;
}

bool all_digests_known(const SideMembers& side) {
  bool known = true;
  for_each_process(side, [&](const Process& process) { known &= process.exe_sha256.has_value(); });
  return known;
}

std::vector<const Process*> holders_of(const SideMembers& side) {
  std::set<std::uint32_t> indexes;
  for (const Member& member : side.members) {
    for (const Owner& owner : side.snapshot.owners_of(socket_of(side, member))) {
      indexes.insert(owner.process);
    }
  }
  std::map<std::tuple<std::string_view, std::optional<std::string_view>>, const Process*> oldest;
  for (const std::uint32_t index : indexes) {
    const Process& process = side.snapshot.processes[index];
    const Process*& known = oldest[{process.name, process.exe}];
    if (known == nullptr || age_of(process) < age_of(*known)) known = &process;
  }
  std::vector<const Process*> holders;
  for (const auto& [key, process] : oldest) holders.push_back(process);
  return holders;
}

std::optional<Timestamp> started_at(const SideMembers& side) {
  const Process* oldest = oldest_process(side);
  return oldest == nullptr ? std::nullopt : std::optional(oldest->started_at);
}

std::vector<std::string> to_texts(const std::vector<Binding>& bindings) {
  std::vector<std::string> texts;
  texts.reserve(bindings.size());
  for (const Binding& binding : bindings) texts.push_back(to_string(binding));
  return texts;
}

Change start_change(ChangeKind kind, const SideMembers& shown, const Interned& interned) {
  const Member& first = shown.members.front();
  Change change{.kind = kind,
                .role = first.place.role,
                .scope = interned.scopes[first.place.scope],
                .protocol = first.place.protocol,
                .remote = peer_of(first, interned)};
  if (change.role != Role::client && change.role != Role::outbound) {
    change.port = first.place.port;
  }
  if (change.role == Role::listener || change.role == Role::raw) {
    const std::vector<Binding> bindings = bindings_of(shown);
    for (const Binding& binding : bindings) {
      std::string address = to_string(binding.address);
      if (!binding.device.empty()) address += (address.empty() ? "" : "%") + binding.device;
      if (!address.empty()) change.addresses.push_back(std::move(address));
    }
    change.addresses = sorted_unique(std::move(change.addresses));
    change.v6only = serves_ipv6_alone(bindings);
  }
  if (const Process* process = oldest_process(shown)) {
    change.process = summarize(shown.snapshot, *process);
  } else {
    change.no_process = why_no_process(socket_of(shown, first).owner_state);
  }
  change.containers = containers_of(shown).size();
  return change;
}

Change finish_change(Change change) {
  change.message = change_message(change);
  change.fingerprint = fingerprint_of(change);
  return change;
}

}  // namespace netmon
