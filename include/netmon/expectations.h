// Expected changes: what a ticket allows, what always comes and goes on a host, what is forbidden.
// expectation_file.h reads them from files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/diff.h"
#include "netmon/ip_address.h"
#include "netmon/model.h"
#include "netmon/time.h"

namespace netmon {

// All that is given must hold; each list is an either-or. Text is compared whole. A change of which
// a criterion's value is not known does not match: what was not seen is not approved.
//
// A change can show several addresses, executables or users. To approve it, a rule must name all of
// them; to forbid it, one is enough.
struct Match {
  std::vector<Protocol> protocols;
  std::vector<PortRange> ports;          // of a listener, or of an outbound peer; raw: the protocol
  std::vector<std::string> processes;    // names
  std::vector<std::string> executables;  // paths
  std::vector<std::string> users;        // names
  // Hold the local addresses of the change. 0.0.0.0 and :: are held by the prefix of length 0 and
  // by themselves alone; forbidden is also what they expose of a prefix.
  std::vector<IpPrefix> binds;
  std::vector<IpPrefix> peers;  // hold the remote address
  std::vector<Scope> scopes;

  bool operator==(const Match&) const = default;
};

enum class RuleKind : std::uint8_t {
  expect,  // approves
  forbid,  // makes a change high and unapproved, whatever else approves it
};

struct Rule {
  RuleKind kind = RuleKind::expect;
  std::vector<ChangeKind> changes;  // empty: any that adds or changes (of forbid only)
  Match match;
  std::string reason;
  std::string approved_by;           // "" where not given
  std::optional<Timestamp> expires;  // from this moment on the approval is over
  bool required = false;             // absent: expected-missing
  std::string ticket;                // of its file; "" for a standing rule
  std::string file;
  std::uint32_t line = 0;  // from 1

  bool operator==(const Rule&) const = default;
  [[nodiscard]] bool standing() const { return ticket.empty(); }
};

struct Expectations {
  std::vector<Rule> rules;  // in the order of the files and of their lines

  bool operator==(const Expectations&) const = default;
};

// False for what is gone or narrowed.
bool can_be_forbidden(ChangeKind kind);

// What the change shows of "exe" or "user", which a rule must name: all its new values where that
// is an attribute of the change, else `of_process`, that of the process which is shown; "" for
// none.
std::vector<std::string> shown_values(const Change& change, std::string_view attribute,
                                      const std::string& of_process);

// Whether the rule speaks of this change. Expiry is not looked at. A `moved` is also a
// `listener_added`: on its new port.
bool matches(const Rule& rule, const Change& change);

}  // namespace netmon
