// Expected changes: what a ticket allows, what always comes and goes on a host, what is forbidden.
// expectation_file.h reads them from files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/values/ip_address.h"
#include "netmon/core/values/time.h"

namespace netmon {

// All that is given must hold; each list is an either-or. Text is compared whole. A change of which
// a criterion's value is not known does not match: what was not seen is not approved.
//
// A change can show several holders, addresses, executables or users. To approve it, a rule must
// hold for all that are new; to forbid it, one is enough.
struct Match {
  std::vector<Protocol> protocols;
  std::vector<PortRange> ports;          // of a listener, or of an outbound peer; raw: the protocol
  std::vector<std::string> processes;    // names
  std::vector<std::string> executables;  // paths, in netmon's mount namespace unless `elsewhere`
  std::vector<std::string> sha256;       // of executables, or of a rule set
  std::vector<std::string> scripts;      // paths, modules
  std::vector<std::string> users;        // names
  std::vector<std::uint32_t> uids;
  bool elsewhere = false;  // a path of `executables` may be another file in a mount namespace
  // Hold the local addresses of the change. 0.0.0.0 and :: are held by the prefix of length 0 and
  // by themselves alone; [::] serves IPv4 too, unless it is v6only, and then both must be held.
  // Forbidden is also what they expose of a prefix.
  std::vector<IpPrefix> binds;
  std::vector<IpPrefix> peers;  // hold the remote address
  std::vector<Scope> scopes;
  std::vector<std::string> targets;  // where a forward leads: "10.0.0.5:80"

  bool operator==(const Match&) const = default;
};

enum class RuleKind : std::uint8_t {
  expect,      // approves
  forbid,      // makes a change high and unapproved, whatever else approves it
  accept_gap,  // answers for something that was not seen
};

struct Rule {
  RuleKind kind = RuleKind::expect;
  std::vector<ChangeKind> changes;  // empty: any that adds or changes (of forbid only)
  std::optional<CaveatCode> gap;    // of accept_gap: what it answers for
  Match match;
  std::string reason;
  std::string approved_by;           // "" where not given
  std::optional<Timestamp> starts;   // from this moment on the rule holds
  std::optional<Timestamp> expires;  // from this moment on the approval is over
  std::vector<std::string> hosts;    // names of hosts that it is about; empty: any
  bool required = false;             // absent: expected-missing
  std::string ticket;                // of its file; "" for a standing rule
  std::string file;
  std::uint32_t line = 0;  // from 1

  bool operator==(const Rule&) const = default;
  [[nodiscard]] bool standing() const { return ticket.empty(); }
};

struct Expectations {
  std::vector<Rule> rules;      // in the order of the files and of their lines
  std::vector<Caveat> origins;  // the files that they come from, with their digests

  bool operator==(const Expectations&) const = default;
};

// Whether a ban that names no kind of change speaks of this one: not of what is gone or narrowed.
bool can_be_forbidden(ChangeKind kind);

// Whether the rule speaks of this change, of a host of this name. Times are not looked at. A
// `moved` is also a `listener_added`: on its new port.
bool matches(const Rule& rule, const Change& change, std::string_view host);

// Whether the rule of kind accept_gap answers for the caveat.
bool accepts(const Rule& rule, const Caveat& caveat, std::string_view host);

}  // namespace netmon
