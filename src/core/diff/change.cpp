#include "core/diff/change.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/diff/change_message.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/secrets.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::uint32_t kLoopbackInterface = 1;  // in every namespace: LOOPBACK_IFINDEX, net/flow.h
constexpr std::size_t kMaxHolders = 64;

template <typename T>
std::vector<T> sorted_unique(std::vector<T> values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::string why_no_process(const Holders& holders) {
  if (holders.any_hidden()) {
    const GapCode code = holders.hidden.front();
    return code == GapCode::owners_not_visible ? "not permitted"
           : code == GapCode::owners_vanished  ? "process gone during the capture"
                                               : "held by no process that was found";
  }
  if (holders.known()) return std::string(kKernelProgram);
  return fmt::format("{}, no process", to_string(holders.by_nature.value_or(OwnerState::vanished)));
}

// FNV-1a, 64 bits (draft-eastlake-fnv): it names a change and proves nothing.
class Fingerprint {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<std::uint8_t>(c));
    add_byte(0);  // text contains no NUL, so neighbouring texts stay apart
  }
  // Begins with a letter, because a spreadsheet would read digits, or digits with an "e", as a
  // number.
  [[nodiscard]] std::string text() const { return fmt::format("n{:016x}", hash_); }

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
  const IdentityText identity = encode(change.identity);
  for (const std::string* text :
       {&identity.scope, &identity.role, &identity.protocol, &identity.port, &identity.device,
        &identity.remote_address, &identity.remote_port, &identity.program}) {
    fingerprint.add(*text);
  }
  for (const AttributeChange& attribute : change.attributes) {
    // A change keeps its fingerprint, however often the program restarts.
    if (attribute.attribute == Attribute::restarted) continue;
    fingerprint.add(to_string(attribute.attribute));
    for (const std::string& value : attribute.before) fingerprint.add(value);
    fingerprint.add("");
    for (const std::string& value : attribute.after) fingerprint.add(value);
  }
  return fingerprint.text();
}

// Whether every socket on [::] serves IPv6 only; another socket there may serve IPv4 as well.
bool serves_ipv6_alone(const std::vector<Binding>& bindings) {
  const auto serves_both = [](const Binding& binding) {
    return is_unspecified(binding.address) && !binding.v6only &&
           normalized(binding.address).family == Family::ipv6;
  };
  return std::ranges::any_of(bindings, &Binding::v6only) &&
         std::ranges::none_of(bindings, serves_both);
}

// Reports show masked arguments; the database keeps what was seen.
std::optional<std::string> masked(const std::optional<std::string>& command_line) {
  if (!command_line) return std::nullopt;
  return mask_secrets(*command_line);
}

// Adds one process per program: first those of `processes`, then the other holders of the place.
void add_holders(Change& change, const Subject& subject) {
  const Snapshot& snapshot = subject.side.snapshot;
  std::set<std::uint32_t> shown;
  for (const auto* const processes : {&subject.processes, &subject.holders.processes}) {
    for (const std::uint32_t index : *processes) {
      if (change.holders.size() == kMaxHolders) break;
      if (!shown.insert(subject.side.programs[index]).second) continue;
      change.holders.push_back(summarize(snapshot, snapshot.processes[index]));
      change.holders.back().concerned = processes == &subject.processes;
    }
    if (subject.processes.empty()) break;  // the change is about sockets without a process
  }
  if (change.holders.empty()) {
    change.no_process = why_no_process(subject.holders);
  } else {
    change.process = change.holders.front();
  }
}

std::uint32_t name_of(const Subject& subject) {
  const Programs& programs = subject.places.programs;
  if (!subject.processes.empty()) {
    return programs.at(subject.side.programs[subject.processes.front()]).name;
  }
  return subject.holders.known() ? programs.at(0).name : 0;
}

// The sockets at the place that the processes of `subject` hold; all of them if they hold none.
std::vector<std::uint32_t> sockets_of(const Subject& subject) {
  const Snapshot& snapshot = subject.side.snapshot;
  if (&subject.side != &subject.places.after) return {};
  const auto is_concerned = [&](const Owner& owner) {
    return std::ranges::find(subject.processes, owner.process) != subject.processes.end();
  };
  std::vector<std::uint32_t> all;
  std::vector<std::uint32_t> held;
  for (const Member& member : subject.members) {
    all.push_back(member.socket);
    const auto owners = snapshot.owners_of(snapshot.sockets[member.socket]);
    if (std::ranges::any_of(owners, is_concerned)) held.push_back(member.socket);
  }
  return held.empty() ? all : held;
}

Binding binding_of(const Places& places, const SnapshotSide& side, const Socket& socket) {
  const bool v6only = is_unspecified(socket.local.address) && socket.v6only.value_or(false);
  return {socket.local.address, places.device_of(side, socket), v6only,
          socket.device_index == kLoopbackInterface};
}

}  // namespace

ProcessSummary summarize(const Snapshot& snapshot, const Process& process) {
  std::vector<std::string> foreign;
  if (process.code) {
    foreign = texts_of(process.code->foreign, [](const ForeignCode& code) { return code.path; });
  }
  const std::vector<const Process*> ancestors = ancestors_of(snapshot, process);
  std::optional<std::uint32_t> parent_pid;
  if (!ancestors.empty()) parent_pid = ancestors.front()->pid;
  return {.name = process.name,
          .pid = process.pid,
          .uid = process.uid,
          .user = process.user,
          .exe = process.exe,
          .exe_deleted = process.exe_deleted,
          .exe_elsewhere = process.exe_elsewhere,
          .exe_sha256 = process.exe_sha256,
          .script = process.script,
          .foreign_code = std::move(foreign),
          .cmdline = masked(process.cmdline),
          .unit = process.unit,
          .container = process.container,
          .started_at = process.started_at,
          .parents = texts_of(ancestors, [](const Process* parent) { return parent->name; }),
          .parent_pid = parent_pid};
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
    case Role::forward:
      return ChangeKind::forward_added;
    case Role::network:
      return ChangeKind::filter_changed;
  }
  no_such_enumerator();
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
    case Role::forward:
      return ChangeKind::forward_removed;
    case Role::network:
      return ChangeKind::filter_changed;
  }
  no_such_enumerator();
}

std::vector<Binding> bindings_of(const Places& places, const SnapshotSide& side,
                                 std::span<const Member> members) {
  std::vector<Binding> bindings;
  for (const Member& member : members) {
    bindings.push_back(binding_of(places, side, side.snapshot.sockets[member.socket]));
  }
  return sorted_unique(std::move(bindings));
}

std::vector<std::vector<Binding>> bindings_by_namespace(const Places& places,
                                                        const SnapshotSide& side,
                                                        std::span<const Member> members) {
  std::map<std::uint32_t, std::vector<Binding>> by_namespace;
  for (const Member& member : members) {
    const Socket& socket = side.snapshot.sockets[member.socket];
    by_namespace[socket.netns].push_back(binding_of(places, side, socket));
  }
  std::vector<std::vector<Binding>> all;
  all.reserve(by_namespace.size());
  for (auto& [netns, bindings] : by_namespace) all.push_back(sorted_unique(std::move(bindings)));
  return all;
}

std::vector<std::string> containers_of(const Subject& subject) {
  const Snapshot& snapshot = subject.side.snapshot;
  std::vector<std::string> values;
  for (const std::uint32_t index : subject.processes) {
    const std::string& container = snapshot.processes[index].container;
    if (!container.empty()) values.push_back(container);
  }
  for (const Member& member : subject.members) {
    const Socket& socket = snapshot.sockets[member.socket];
    if (socket.owner_count > 0) continue;
    const auto& containers = snapshot.namespaces[socket.netns].containers;
    values.insert(values.end(), containers.begin(), containers.end());
  }
  return sorted_unique(std::move(values));
}

std::vector<std::string> to_texts(const std::vector<Binding>& bindings) {
  return texts_of(bindings, [](const Binding& binding) { return to_string(binding); });
}

Change start_change(ChangeKind kind, const Subject& subject) {
  const Place& place = subject.members.front().place;
  const Snapshot& snapshot = subject.side.snapshot;
  Change change{.kind = kind, .identity = subject.places.identity_of(place, name_of(subject))};
  change.port = change.identity.port;
  if (place.role == Role::listener || place.role == Role::raw) {
    if (place.role == Role::listener) {
      change.port = snapshot.sockets[subject.members.front().socket].local.port;
    }
    const auto bindings = bindings_of(subject.places, subject.side, subject.members);
    for (const Binding& binding : bindings) {
      std::string address = to_string(binding.address);
      if (!binding.device.empty()) address += (address.empty() ? "" : "%") + binding.device;
      if (!address.empty()) change.addresses.push_back(std::move(address));
    }
    change.addresses = sorted_unique(std::move(change.addresses));
    change.v6only = serves_ipv6_alone(bindings);
  }
  add_holders(change, subject);
  change.containers = containers_of(subject).size();
  change.sockets = sockets_of(subject);
  return change;
}

Change finish_change(Change change) {
  for (AttributeChange& attribute : change.attributes) {
    attribute.before = sorted_unique(std::move(attribute.before));
    attribute.after = sorted_unique(std::move(attribute.after));
  }
  change.message = change_message(change);
  change.fingerprint = fingerprint_of(change);
  return change;
}

std::string subject_of(const Subject& subject) {
  return subject_text(start_change(ChangeKind::listener_added, subject));
}

}  // namespace netmon
