// The comparison of two snapshots: a pure function from values to values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/identity.h"
#include "netmon/model.h"

namespace netmon {

enum class ChangeKind : std::uint8_t {
  listener_added,
  exposure_widened,
  owner_changed,
  executable_changed,
  user_changed,
  moved,
  outbound_added,
  raw_added,
  // Notices, which never gate:
  unit_changed,
  exposure_narrowed,
  listener_removed,
  outbound_removed,
  raw_removed,
  inbound_added,
  inbound_removed,
  client_added,
  client_removed,
  containers_changed,
  // Gates:
  hidden_socket,
};

enum class Severity : std::uint8_t { notice, low, medium, high };  // ordered

std::string_view to_string(ChangeKind kind);
std::span<const ChangeKind> all_change_kinds();
std::string_view to_string(Severity severity);

// A process as a report shows it, copied out of its snapshot.
struct ProcessSummary {
  std::string name;
  std::uint32_t pid = 0;
  std::string user;
  std::optional<std::string> exe;
  bool exe_deleted = false;
  std::optional<std::string> exe_sha256;
  std::optional<std::string> cmdline;  // its secrets masked
  std::string unit;
  std::string container;
  Timestamp started_at{};
  std::vector<std::string> parents;  // names, nearest first

  bool operator==(const ProcessSummary&) const = default;
};

// Stands for the value of every process of which it could not be read.
constexpr std::string_view kUnknownValue = "(unknown)";

// Both sides of an attribute; each list is sorted and without repeats.
struct AttributeChange {
  // "bind", "containers", "exe", "missing from", "port", "process", "promise" (of what did not
  // happen), "restarted", "seen in", "sha256", "unit", "user"
  std::string name;
  std::vector<std::string> before;
  std::vector<std::string> after;

  bool operator==(const AttributeChange&) const = default;
};

// A peer. An inbound one has no port: it is the peer's ephemeral one.
struct Peer {
  std::string address;  // text, with "%eth0" behind a link-local one
  std::optional<std::uint16_t> port;

  bool operator==(const Peer&) const = default;
};

struct Change {
  std::string fingerprint;  // 16 hex digits; the same for the same change of the same thing
  ChangeKind kind = ChangeKind::listener_added;
  Severity severity = Severity::notice;
  Role role = Role::listener;
  Scope scope;
  Protocol protocol = Protocol::tcp;
  std::vector<std::string> addresses;  // local; of listeners and raw sockets, sorted
  bool v6only = false;                 // each [::] among them serves IPv6 alone
  std::optional<std::uint16_t> port;   // local; raw sockets: the link protocol
  std::optional<Peer> remote;
  std::optional<ProcessSummary> process;  // of AFTER, or of BEFORE for what was removed
  std::optional<std::string> no_process;  // why there is none: "owner not visible", "time-wait", …
  std::vector<std::string> shared_with;   // other programs that listen on the port; at most 8
  std::uint64_t sockets_before = 0;       // how many sockets share this identity
  std::uint64_t sockets_after = 0;
  std::uint64_t containers = 0;  // how many containers share it, on the shown side
  std::vector<AttributeChange> attributes;
  std::string message;  // one line; hostile text in it is not yet escaped

  bool operator==(const Change&) const = default;
};

enum class Side : std::uint8_t { before, after, both };
std::string_view to_string(Side side);

// What a reader must know before trusting the changes. A decisive caveat means that one side could
// not see what the other saw: without unapproved changes the verdict is then `inconclusive`.
enum class Weight : std::uint8_t { informational, decisive };

struct Caveat {
  std::string code;  // "owners-not-visible", "rebooted", …; listed in docs/FORMATS.md
  Side side = Side::both;
  Weight weight = Weight::informational;
  std::uint64_t count = 0;
  std::string message;  // one line; hostile text in it is not yet escaped

  bool operator==(const Caveat&) const = default;
};

struct Comparison {
  std::vector<Change> changes;  // most severe first, then by scope, role, protocol, port, peer
  std::vector<Caveat> caveats;  // decisive first

  bool operator==(const Comparison&) const = default;
};

Comparison diff(const Snapshot& before, const Snapshot& after);

}  // namespace netmon
