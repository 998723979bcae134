#include "netmon/core/review/expectations.h"

#include <algorithm>
#include <iterator>

#include "netmon/core/values/text.h"

namespace netmon {
namespace {

bool applies_to(const Rule& rule, ChangeKind kind) {
  const auto names = [&](ChangeKind wanted) {
    return std::ranges::find(rule.changes, wanted) != rule.changes.end();
  };
  if (rule.kind == RuleKind::forbid && rule.changes.empty()) return can_be_forbidden(kind);
  return names(kind) || (kind == ChangeKind::moved && names(ChangeKind::listener_added));
}

// Whether the values that a change shows match: all of them for an approval, any of them for a ban.
template <typename Values, typename Test>
bool covers(RuleKind kind, const Values& values, Test test) {
  if (kind == RuleKind::forbid) return std::ranges::any_of(values, test);
  return !values.empty() && std::ranges::all_of(values, test);
}

template <typename T, typename Value>
bool names_or_leaves_open(const std::vector<T>& wanted, const Value& value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool port_holds(RuleKind kind, const Match& match, const Change& change) {
  if (match.ports.empty()) return true;
  const auto& remote = change.identity.remote;
  const auto port = change.port ? change.port : remote ? remote->port : std::nullopt;
  if (!port) return false;
  // A forward can take a range of ports, and an approval must cover all of it.
  const std::uint32_t last = change.last_port.value_or(*port);
  return std::ranges::any_of(match.ports, [&](const PortRange& range) {
    const bool first_held = range.contains(*port);
    const bool last_held = range.contains(last);
    const bool overlaps = range.low <= last && *port <= range.high;
    return kind == RuleKind::forbid ? overlaps : first_held && last_held;
  });
}

// The holders that the change is about.
std::vector<ProcessSummary> concerned(const Change& change) {
  std::vector<ProcessSummary> holders;
  std::ranges::copy_if(change.holders, std::back_inserter(holders), &ProcessSummary::concerned);
  return holders;
}

// The values of an attribute that are new, or, where the change does not list the attribute, the
// values of all holders that it is about.
template <typename Get>
std::vector<std::string> shown_values(const Change& change, Attribute attribute, Get of_process) {
  for (const AttributeChange& changed : change.attributes) {
    if (changed.attribute != attribute) continue;
    std::vector<std::string> fresh;
    std::ranges::set_difference(changed.after, changed.before, std::back_inserter(fresh));
    return fresh.empty() ? changed.after : fresh;
  }
  return texts_of(concerned(change), of_process);
}

// Compares text whole. Unknown values ("") match nothing.
bool texts_hold(RuleKind kind, const std::vector<std::string>& wanted,
                const std::vector<std::string>& shown) {
  if (wanted.empty()) return true;
  return covers(kind, shown, [&](const std::string& value) {
    return !value.empty() && value != kUnknownValue && names_or_leaves_open(wanted, value);
  });
}

bool uids_hold(const Rule& rule, const Change& change) {
  if (rule.match.uids.empty()) return true;
  return covers(rule.kind, concerned(change), [&](const ProcessSummary& holder) {
    return holder.uid && names_or_leaves_open(rule.match.uids, *holder.uid);
  });
}

// A rule's path is meant in netmon's mount namespace; in another one it may be any file.
bool paths_hold(const Rule& rule, const Change& change) {
  const Match& match = rule.match;
  if (match.executables.empty()) return true;
  const bool elsewhere = std::ranges::any_of(concerned(change), &ProcessSummary::exe_elsewhere);
  if (rule.kind == RuleKind::expect && elsewhere && !match.elsewhere) return false;
  return texts_hold(rule.kind, match.executables,
                    shown_values(change, Attribute::exe, [](const ProcessSummary& holder) {
                      return holder.exe.value_or("");
                    }));
}

bool process_holds(const Rule& rule, const Change& change) {
  const Match& match = rule.match;
  const auto name = [](const ProcessSummary& holder) { return holder.name; };
  const auto user = [](const ProcessSummary& holder) { return holder.user; };
  const auto sha256 = [](const ProcessSummary& holder) { return holder.exe_sha256.value_or(""); };
  const auto script = [](const ProcessSummary& holder) {
    return holder.script ? holder.script->name : std::string();
  };
  const auto all = [&](auto get) { return texts_of(concerned(change), get); };
  std::vector<std::string> names = all(name);
  if (change.holders.empty()) names = {change.identity.program};  // the kernel's program, or ""
  return texts_hold(rule.kind, match.processes, names) && paths_hold(rule, change) &&
         texts_hold(rule.kind, match.sha256, shown_values(change, Attribute::sha256, sha256)) &&
         texts_hold(rule.kind, match.scripts, all(script)) &&
         texts_hold(rule.kind, match.users, shown_values(change, Attribute::user, user)) &&
         uids_hold(rule, change);
}

// "fe80::1%eth0" without its interface.
std::optional<IpAddress> address_of(std::string_view text) {
  return parse_ip_address(text.substr(0, text.find('%')));
}

// Whether the rule's prefixes cover 0.0.0.0 or [::], which serves a whole family.
bool holds_family(const Rule& rule, Family family) {
  return std::ranges::any_of(rule.match.binds, [&](const IpPrefix& prefix) {
    if (rule.kind == RuleKind::forbid) return prefix.address.family == family;
    const bool all = prefix.length == 0;
    const bool itself =
        is_unspecified(prefix.address) && prefix.length == (family == Family::ipv4 ? 32U : 128U);
    return prefix.address.family == family && (all || itself);
  });
}

// [::] serves IPv4 as well unless it is v6only: an approval must cover both families, a ban one.
bool holds_wildcard(const Rule& rule, const IpAddress& wildcard, const Change& change) {
  const Family family = normalized(wildcard).family;
  const bool both = family == Family::ipv6 && !change.v6only;
  if (!both) return holds_family(rule, family);
  const bool ipv4 = holds_family(rule, Family::ipv4);
  const bool ipv6 = holds_family(rule, Family::ipv6);
  return rule.kind == RuleKind::forbid ? ipv4 || ipv6 : ipv4 && ipv6;
}

bool binds_hold(const Rule& rule, const Change& change) {
  if (rule.match.binds.empty()) return true;
  return covers(rule.kind, change.addresses, [&](const std::string& text) {
    const auto address = address_of(text);
    if (!address) return false;
    if (is_unspecified(*address)) return holds_wildcard(rule, *address, change);
    return std::ranges::any_of(rule.match.binds,
                               [&](const IpPrefix& prefix) { return prefix.contains(*address); });
  });
}

// A scope without a workload's name matches any workload.
bool scope_holds(const Match& match, const Scope& scope) {
  return match.scopes.empty() || std::ranges::any_of(match.scopes, [&](const Scope& wanted) {
           return wanted == scope ||
                  (is_collective(wanted) && wanted.name.empty() && wanted.kind == scope.kind);
         });
}

bool protocol_holds(const Match& match, const Identity& identity) {
  if (identity.role == Role::network) return match.protocols.empty();
  return names_or_leaves_open(match.protocols, identity.protocol);
}

bool is_of_host(const Rule& rule, std::string_view host) {
  return rule.hosts.empty() || std::ranges::find(rule.hosts, host) != rule.hosts.end();
}

bool targets_hold(const Rule& rule, const Change& change) {
  return texts_hold(
      rule.kind, rule.match.targets,
      shown_values(change, Attribute::target, [](const ProcessSummary&) { return std::string(); }));
}

bool peer_holds(const Match& match, const Change& change) {
  if (match.peers.empty()) return true;
  const auto& remote = change.identity.remote;
  const auto address = remote ? address_of(remote->address) : std::nullopt;
  return address && std::ranges::any_of(match.peers, [&](const IpPrefix& prefix) {
           return prefix.contains(*address);
         });
}

}  // namespace

bool can_be_forbidden(ChangeKind kind) {
  return effect_of(kind) != Effect::removed && kind != ChangeKind::exposure_narrowed;
}

bool matches(const Rule& rule, const Change& change, std::string_view host) {
  return rule.kind != RuleKind::accept_gap && is_of_host(rule, host) &&
         applies_to(rule, change.kind) && port_holds(rule.kind, rule.match, change) &&
         protocol_holds(rule.match, change.identity) &&
         scope_holds(rule.match, change.identity.scope) && process_holds(rule, change) &&
         binds_hold(rule, change) && targets_hold(rule, change) && peer_holds(rule.match, change);
}

bool accepts(const Rule& rule, const Caveat& caveat, std::string_view host) {
  const Match& match = rule.match;
  const auto holds = [](const auto& wanted, const auto& value) {
    return wanted.empty() || (value && names_or_leaves_open(wanted, *value));
  };
  const bool port_holds =
      match.ports.empty() ||
      (caveat.port && std::ranges::any_of(match.ports, [&](const PortRange& range) {
         return range.contains(*caveat.port);
       }));
  return rule.kind == RuleKind::accept_gap && rule.gap == caveat.code && is_of_host(rule, host) &&
         holds(match.protocols, caveat.protocol) && port_holds &&
         (match.scopes.empty() || (caveat.scope && scope_holds(match, *caveat.scope))) &&
         names_or_leaves_open(match.processes, caveat.process);
}

}  // namespace netmon
