#include "expect/suggested_match.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "netmon/core/values/text.h"

namespace netmon {
namespace {

std::optional<IpPrefix> prefix_of(std::string_view address) {
  return parse_ip_prefix(address.substr(0, address.find('%')));
}

// All addresses of the change, or none, because a rule that names only some of them would not
// match. [::] serves IPv4 too, so 0.0.0.0 is added unless it is v6only.
std::vector<IpPrefix> prefixes_of(const Change& change) {
  std::set<IpPrefix> prefixes;
  for (const std::string& address : change.addresses) {
    const auto prefix = prefix_of(address);
    if (!prefix) return {};
    prefixes.insert(*prefix);
    const bool is_any_ipv6 =
        is_unspecified(prefix->address) && prefix->address.family == Family::ipv6;
    if (is_any_ipv6 && !change.v6only) prefixes.insert(prefix_of("0.0.0.0").value());
  }
  return {prefixes.begin(), prefixes.end()};
}

std::vector<ProcessSummary> holders_of(const Change& change) {
  if (!change.holders.empty() || !change.process) return change.holders;
  return {*change.process};
}

const AttributeChange* find_attribute(const Change& change, Attribute attribute) {
  const auto found = std::ranges::find(change.attributes, attribute, &AttributeChange::attribute);
  return found == change.attributes.end() ? nullptr : &*found;
}

// The values of all holders; empty where a holder's value is unknown or empty. `value_of` returns
// an optional.
template <typename ValueOf>
auto known_values(const std::vector<ProcessSummary>& holders, ValueOf value_of) {
  using Value = typename decltype(value_of(holders.front()))::value_type;
  std::set<Value> values;
  for (const ProcessSummary& holder : holders) {
    const auto value = value_of(holder);
    if (!value) return std::vector<Value>{};
    values.insert(*value);
  }
  return std::vector<Value>(values.begin(), values.end());
}

std::vector<std::string> with_new_values(std::vector<std::string> values, const Change& change,
                                         Attribute attribute) {
  const AttributeChange* const changed = find_attribute(change, attribute);
  if (changed == nullptr || values.empty()) return values;
  for (const std::string& value : changed->after) {
    if (value.empty() || value == kUnknownValue) return {};
    if (std::ranges::find(values, value) == values.end()) values.push_back(value);
  }
  return values;
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// Code that was given as an argument has no name that a rule could match.
std::optional<std::string> script_name(const ProcessSummary& process) {
  if (!process.script || process.script->kind == ScriptKind::code) return std::nullopt;
  return unless_empty(process.script->name);
}

void add_programs(Match& match, const Change& change) {
  const auto holders = holders_of(change);
  match.processes =
      known_values(holders, [](const auto& holder) { return unless_empty(holder.name); });
  match.executables = with_new_values(
      known_values(holders,
                   [](const auto& holder) { return unless_empty(holder.exe.value_or("")); }),
      change, Attribute::exe);
  match.elsewhere =
      !match.executables.empty() && std::ranges::any_of(holders, &ProcessSummary::exe_elsewhere);
  match.scripts = known_values(holders, script_name);
  match.users = with_new_values(
      known_values(holders, [](const auto& holder) { return unless_empty(holder.user); }), change,
      Attribute::user);
  // These kinds are approved by content or by number: the digest of the executable, or the uid.
  if (change.kind == ChangeKind::executable_changed) {
    match.sha256 =
        with_new_values(known_values(holders, [](const auto& holder) { return holder.exe_sha256; }),
                        change, Attribute::sha256);
  }
  if (change.kind == ChangeKind::user_changed || change.kind == ChangeKind::privilege_gained) {
    match.uids = known_values(holders, [](const auto& holder) { return holder.uid; });
  }
}

// What the connections of one program to one port have in common, whoever the peer is.
using Alike =
    std::tuple<Scope, Protocol, std::vector<std::string>, std::vector<std::string>, bool,
               std::vector<std::string>, std::vector<std::string>, std::vector<std::uint32_t>>;

Alike key_of(const Match& match) {
  std::vector<std::uint32_t> ports;
  for (const PortRange& range : match.ports) ports.push_back(range.low);
  return {match.scopes.front(), match.protocols.front(), match.processes, match.executables,
          match.elsewhere,      match.scripts,           match.users,     std::move(ports)};
}

bool needs_decision(const ReviewedChange& reviewed) {
  return reviewed.status != Status::approved && reviewed.status != Status::notice;
}

bool can_share(const ReviewedChange& reviewed, const Match& match) {
  return reviewed.change.kind == ChangeKind::outbound_added && !reviewed.forbidden_by &&
         reviewed.status != Status::expected_missing && !match.processes.empty() &&
         !match.peers.empty();
}

// A filter is approved by its digest, so anything that is added later needs a new approval.
Match network_match(const Change& change) {
  Match match{.scopes = {change.identity.scope}};
  if (const AttributeChange* const sha256 = find_attribute(change, Attribute::sha256)) {
    match.sha256 = sha256->after;
  }
  return match;
}

}  // namespace

Match suggested_match(const Change& change) {
  const Identity& identity = change.identity;
  if (identity.role == Role::network) return network_match(change);
  Match match{
      .protocols = {identity.protocol}, .binds = prefixes_of(change), .scopes = {identity.scope}};
  // A port that the kernel chose is different after the next start, so it is left out.
  const auto port = identity.port     ? identity.port
                    : identity.remote ? identity.remote->port
                                      : std::nullopt;
  if (port) match.ports.push_back({*port, *port});
  if (identity.remote) {
    if (const auto peer = prefix_of(identity.remote->address)) match.peers.push_back(*peer);
  }
  if (change.last_port && port) match.ports = {{*port, *change.last_port}};
  if (const AttributeChange* const target = find_attribute(change, Attribute::target)) {
    match.targets = target->after;
  }
  add_programs(match, change);
  return match;
}

std::vector<Suggestion> suggestions_of(const Review& review) {
  std::vector<Suggestion> suggestions;
  std::map<Alike, std::size_t> shared;
  for (const ReviewedChange& reviewed : review.changes) {
    if (!needs_decision(reviewed)) continue;
    Match match = suggested_match(reviewed.change);
    if (can_share(reviewed, match)) {
      const auto [entry, is_first] = shared.try_emplace(key_of(match), suggestions.size());
      if (!is_first) {
        Suggestion& first = suggestions[entry->second];
        first.changes.push_back(&reviewed);
        first.match.peers.push_back(match.peers.front());
        continue;
      }
    }
    suggestions.push_back({{&reviewed}, std::move(match)});
  }
  for (Suggestion& suggestion : suggestions) {
    if (suggestion.match.peers.size() > kMaxSuggestedPeers) suggestion.match.peers.clear();
  }
  return suggestions;
}

}  // namespace netmon
