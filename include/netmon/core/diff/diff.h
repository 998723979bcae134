// The comparison of two snapshots: a pure function from values to values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/diff/caveat.h"
#include "netmon/core/diff/change_kind.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"

namespace netmon {

enum class Severity : std::uint8_t { notice, low, medium, high };  // ordered

std::string_view to_string(Severity severity);

// What can differ under the same identity.
enum class Attribute : std::uint8_t {
  bind,
  port,
  process,
  exe,
  sha256,
  script,
  code,
  loader,
  user,
  groups,
  capabilities,
  user_namespace,
  unit,
  arguments,
  containers,
  instances,
  netns,
  seen_in,
  missing_from,
  restarted,
  promise,  // what a rule promised and did not happen
  address,
  target,  // where a forward leads
  rules,   // of a filter
  policy,  // of a chain
  setting,
  route,
  program,  // a BPF program
  exposes,  // the listeners that can be reached at an address
  tunnel,   // the kind of tunnel
};
std::string_view to_string(Attribute attribute);  // as in "missing from"

// A process as a report shows it, copied out of its snapshot.
struct ProcessSummary {
  std::string name;
  std::uint32_t pid = 0;
  std::optional<std::uint32_t> uid;
  std::string user;
  std::optional<std::string> exe;
  bool exe_deleted = false;
  bool exe_elsewhere = false;  // see Process
  std::optional<std::string> exe_sha256;
  std::optional<Script> script;
  std::vector<std::string> foreign_code;  // paths
  std::optional<std::string> cmdline;     // its secrets masked
  std::string unit;
  std::string container;
  Timestamp started_at{};
  std::vector<std::string> parents;         // names, nearest first
  std::optional<std::uint32_t> parent_pid;  // of the nearest one
  // False for a process that only holds the place as well: the change is not about it, and rules do
  // not look at it.
  bool concerned = true;

  bool operator==(const ProcessSummary&) const = default;
};

// Replaces the value for every process whose value could not be read.
inline constexpr std::string_view kUnknownValue = "(unknown)";

// Both sides of an attribute; each list is sorted and without repeats.
struct AttributeChange {
  Attribute attribute = Attribute::bind;
  std::vector<std::string> before;
  std::vector<std::string> after;

  bool operator==(const AttributeChange&) const = default;
};

struct Change {
  std::string fingerprint;  // "n" and 16 hex digits; equal for the same change to the same thing
  ChangeKind kind = ChangeKind::listener_added;
  Severity severity = Severity::notice;
  Identity identity;                       // its program is the name of `process`
  std::vector<std::string> addresses;      // local addresses of listeners and raw sockets, sorted
  bool v6only = false;                     // each [::] among `addresses` serves IPv6 only
  std::optional<std::uint32_t> port;       // local port as observed, even where the kernel chose it
  std::optional<std::uint32_t> last_port;  // last port of a forward of several
  std::optional<ProcessSummary> process;   // stands for `holders`: one that is new, else the oldest
  std::optional<std::string> no_process;   // why there is none: "not permitted", "time-wait", …
  // All programs that hold the place, one process each: of AFTER, or of BEFORE for what was
  // removed. The one in `process` comes first, then the others that the change is about. At most 64
  // are kept.
  std::vector<ProcessSummary> holders;
  std::uint64_t sockets_before = 0;  // how many sockets are at the place
  std::uint64_t sockets_after = 0;
  std::uint64_t containers = 0;  // how many containers share the place, on the shown side
  std::vector<AttributeChange> attributes;
  // The sockets of AFTER that the change is about, as indexes into Snapshot::sockets; empty for
  // what was removed. They mean something only together with that snapshot.
  std::vector<std::uint32_t> sockets;
  std::string message;  // one line; hostile text in it is not yet escaped

  bool operator==(const Change&) const = default;
};

// A place where nothing changed.
struct UnchangedPlace {
  Identity identity;                   // with one of the programs that hold it
  std::vector<std::string> addresses;  // what a listener is bound to, at most 8
  bool undecided = false;              // one side could not see this place

  bool operator==(const UnchangedPlace&) const = default;
};

// Whether a comparison lists what did not change.
enum class Unchanged : std::uint8_t { counted, listed };

struct Comparison {
  SnapshotInfo before;
  SnapshotInfo after;
  std::string account_before;  // account_text() of BEFORE and of AFTER
  std::string account_after;
  std::vector<Gap> gaps_before;  // what each capture could not see
  std::vector<Gap> gaps_after;
  std::vector<Change> changes;  // most severe first, then by identity and kind
  std::vector<Caveat> caveats;  // decisive first
  std::uint64_t places = 0;     // places that gate, on either side
  std::uint64_t undecided = 0;  // of those: a change that gates could have gone unseen
  std::vector<UnchangedPlace> unchanged;

  bool operator==(const Comparison&) const = default;
};

Comparison diff(const Snapshot& before, const Snapshot& after,
                Unchanged unchanged = Unchanged::counted);

// Whether it is the snapshot `@empty`, which has no host and no time. What it does not hold was
// never there.
bool is_empty_revision(const SnapshotInfo& info);

}  // namespace netmon
