// Expected changes: what a ticket allows, what always comes and goes on a host, and what is
// forbidden. expectation_file.h reads them from files.
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

// All criteria that are given must hold; in each list one value is enough. Text is compared whole.
// A change does not match where the value of a criterion is not known: what was not seen is not
// approved.
//
// A change can show several holders, addresses, executables or users. To approve it, a rule must
// match all that are new; to forbid it, one match is enough.
struct Match {
  std::vector<Protocol> protocols;
  std::vector<PortRange> ports;  // of a listener or an outbound peer; raw: the protocol number
  std::vector<std::string> processes;    // names
  std::vector<std::string> executables;  // paths, in netmon's mount namespace unless `elsewhere`
  std::vector<std::string> sha256;       // digests of executables, or of a rule set
  std::vector<std::string> scripts;      // paths, modules
  std::vector<std::string> users;        // names
  std::vector<std::uint32_t> uids;
  bool elsewhere = false;  // in other mount namespaces a path of `executables` may be another file
  // Prefixes that contain the local addresses of the change. Only the prefix of length 0 and the
  // address itself contain 0.0.0.0 or ::. [::] serves IPv4 as well unless it is v6only, so both
  // families must then be contained. A ban also matches where an address exposes a part of the
  // prefix.
  std::vector<IpPrefix> binds;
  std::vector<IpPrefix> peers;  // prefixes that contain the remote address
  std::vector<Scope> scopes;
  std::vector<std::string> targets;  // where a forward leads: "10.0.0.5:80"

  bool operator==(const Match&) const = default;
};

enum class RuleKind : std::uint8_t {
  expect,      // approves
  forbid,      // makes a change high and unapproved, even where another rule approves it
  accept_gap,  // accepts something that was not seen
};

struct Rule {
  RuleKind kind = RuleKind::expect;
  std::vector<ChangeKind> changes;  // empty: any kind that can_be_forbidden() (only for forbid)
  std::optional<CaveatCode> gap;    // the gap that an accept_gap answers for
  Match match;
  std::string reason;
  std::string approved_by;           // "" where not given
  std::optional<Timestamp> starts;   // the rule holds from this moment on
  std::optional<Timestamp> expires;  // the approval has ended from this moment on
  std::vector<std::string> hosts;    // the hosts that it applies to; empty: all
  bool required = false;             // its absence is reported as expected-missing
  std::string ticket;                // of its file; "" for a standing rule
  std::string file;
  std::uint32_t line = 0;  // counted from 1

  bool operator==(const Rule&) const = default;
  [[nodiscard]] bool standing() const { return ticket.empty(); }
};

struct Expectations {
  std::vector<Rule> rules;      // in the order of the files and of their lines
  std::vector<Caveat> origins;  // the files that they were read from, with their digests

  bool operator==(const Expectations&) const = default;
};

// Whether a ban that names no kind of change applies to this kind: it does not to what is gone or
// narrowed.
bool can_be_forbidden(ChangeKind kind);

// Whether the rule applies to this change on a host of this name. Times are not checked. A `moved`
// also matches as a `listener_added` on its new port.
bool matches(const Rule& rule, const Change& change, std::string_view host);

// Whether a rule of kind accept_gap accepts the caveat.
bool accepts(const Rule& rule, const Caveat& caveat, std::string_view host);

}  // namespace netmon
