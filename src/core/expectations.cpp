#include "netmon/expectations.h"

#include <algorithm>

namespace netmon {
namespace {

bool speaks_of(const Rule& rule, ChangeKind kind) {
  const auto names = [&](ChangeKind wanted) {
    return std::ranges::find(rule.changes, wanted) != rule.changes.end();
  };
  if (rule.kind == RuleKind::forbid) {
    if (!can_be_forbidden(kind)) return false;
    if (rule.changes.empty()) return true;
  }
  return names(kind) || (kind == ChangeKind::moved && names(ChangeKind::listener_added));
}

// Whether what the change shows is covered: all of it for an approval, any of it for a ban.
template <typename Values, typename Test>
bool covers(RuleKind kind, const Values& values, Test test) {
  if (kind == RuleKind::forbid) return std::ranges::any_of(values, test);
  return !values.empty() && std::ranges::all_of(values, test);
}

template <typename T, typename Value>
bool names_or_leaves_open(const std::vector<T>& wanted, const Value& value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool port_holds(const Match& match, const Change& change) {
  if (match.ports.empty()) return true;
  const auto port = change.port ? change.port : change.remote ? change.remote->port : std::nullopt;
  return port && std::ranges::any_of(match.ports,
                                     [&](const PortRange& range) { return range.contains(*port); });
}

bool texts_hold(RuleKind kind, const std::vector<std::string>& wanted, const Change& change,
                std::string_view attribute, const std::string& of_process) {
  if (wanted.empty()) return true;
  return covers(kind, shown_values(change, attribute, of_process), [&](const std::string& value) {
    return value != kUnknownValue && names_or_leaves_open(wanted, value);
  });
}

bool process_holds(const Rule& rule, const Change& change) {
  const Match& match = rule.match;
  const ProcessSummary process = change.process.value_or(ProcessSummary{});
  if (!match.processes.empty() &&
      (process.name.empty() || !names_or_leaves_open(match.processes, process.name))) {
    return false;
  }
  return texts_hold(rule.kind, match.executables, change, "exe", process.exe.value_or("")) &&
         texts_hold(rule.kind, match.users, change, "user", process.user);
}

// "fe80::1%eth0" without its interface.
std::optional<IpAddress> address_of(std::string_view text) {
  return parse_ip_address(text.substr(0, text.find('%')));
}

bool holds_wildcard(RuleKind kind, const IpPrefix& prefix, const IpAddress& wildcard,
                    const Change& change) {
  const Family family = normalized(wildcard).family;
  if (kind == RuleKind::forbid) {
    const bool both_families = family == Family::ipv6 && !change.v6only;
    return family == prefix.address.family || both_families;
  }
  const bool itself = prefix == parse_ip_prefix(to_string(wildcard));
  return prefix.contains(wildcard) && (prefix.length == 0 || itself);
}

bool binds_hold(const Rule& rule, const Change& change) {
  if (rule.match.binds.empty()) return true;
  return covers(rule.kind, change.addresses, [&](const std::string& text) {
    const auto address = address_of(text);
    return address && std::ranges::any_of(rule.match.binds, [&](const IpPrefix& prefix) {
             return is_unspecified(*address) ? holds_wildcard(rule.kind, prefix, *address, change)
                                             : prefix.contains(*address);
           });
  });
}

bool peer_holds(const Match& match, const Change& change) {
  if (match.peers.empty()) return true;
  const auto address = change.remote ? address_of(change.remote->address) : std::nullopt;
  return address && std::ranges::any_of(match.peers, [&](const IpPrefix& prefix) {
           return prefix.contains(*address);
         });
}

}  // namespace

bool can_be_forbidden(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::exposure_narrowed:
    case ChangeKind::listener_removed:
    case ChangeKind::outbound_removed:
    case ChangeKind::raw_removed:
    case ChangeKind::inbound_removed:
    case ChangeKind::client_removed:
      return false;
    case ChangeKind::listener_added:
    case ChangeKind::exposure_widened:
    case ChangeKind::owner_changed:
    case ChangeKind::executable_changed:
    case ChangeKind::user_changed:
    case ChangeKind::moved:
    case ChangeKind::outbound_added:
    case ChangeKind::raw_added:
    case ChangeKind::unit_changed:
    case ChangeKind::inbound_added:
    case ChangeKind::client_added:
    case ChangeKind::containers_changed:
    case ChangeKind::hidden_socket:
      return true;
  }
  return true;
}

std::vector<std::string> shown_values(const Change& change, std::string_view attribute,
                                      const std::string& of_process) {
  for (const AttributeChange& changed : change.attributes) {
    if (changed.name == attribute) return changed.after;
  }
  if (of_process.empty()) return {};
  return {of_process};
}

bool matches(const Rule& rule, const Change& change) {
  return speaks_of(rule, change.kind) && port_holds(rule.match, change) &&
         names_or_leaves_open(rule.match.protocols, change.protocol) &&
         names_or_leaves_open(rule.match.scopes, change.scope) && process_holds(rule, change) &&
         binds_hold(rule, change) && peer_holds(rule.match, change);
}

}  // namespace netmon
