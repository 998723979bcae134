#include "core/review/expectations_missing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>

#include "core/diff/change.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

Role role_of(const Rule& rule, Protocol protocol) {
  const std::optional<Role> role = only_role_of(rule.changes.front());
  if (role && role != Role::listener) return *role;
  if (!rule.match.peers.empty()) return Role::outbound;
  return is_raw(protocol) ? Role::raw : Role::listener;
}

std::string words(const std::string& name, const std::vector<std::string>& values) {
  if (values.empty()) return {};
  return fmt::format(" {} {}", name, fmt::join(values, " or "));
}

// "listener-added tcp port 8443 process nginx bind 10.0.0.0/8".
std::string promise_of(const Rule& rule) {
  const auto word = [](const auto& value) { return to_string(value); };
  const Match& match = rule.match;
  return fmt::format("{}", fmt::join(texts_of(rule.changes, word), " or ")) +
         words("protocol", texts_of(match.protocols, word)) +
         words("port", texts_of(match.ports, word)) + words("process", match.processes) +
         words("exe", match.executables) + words("sha256", match.sha256) +
         words("script", match.scripts) + words("user", match.users) +
         words("uid", texts_of(match.uids, [](std::uint32_t uid) { return std::to_string(uid); })) +
         words("bind", texts_of(match.binds, word)) + words("peer", texts_of(match.peers, word)) +
         words("scope", texts_of(match.scopes, word)) + words("to", match.targets);
}

std::optional<std::uint32_t> single_port(const Match& match) {
  if (match.ports.size() != 1 || match.ports.front().low != match.ports.front().high) {
    return std::nullopt;
  }
  return match.ports.front().low;
}

Protocol protocol_of(const Rule& rule) {
  if (!rule.match.protocols.empty()) return rule.match.protocols.front();
  const std::optional<Role> role = only_role_of(rule.changes.front());
  if (role == Role::raw) return Protocol::raw;
  return role == Role::client ? Protocol::udp : Protocol::tcp;
}

}  // namespace

Change promised_change(const Rule& rule) {
  Change change{.kind = rule.changes.front(), .severity = Severity::medium};
  const Match& match = rule.match;
  Identity& identity = change.identity;
  identity.protocol = protocol_of(rule);
  identity.role = role_of(rule, identity.protocol);
  if (!match.scopes.empty()) identity.scope = match.scopes.front();
  if (!match.processes.empty()) identity.program = match.processes.front();
  if (identity.role == Role::outbound || identity.role == Role::inbound) {
    identity.remote = Peer{.address = match.peers.empty() ? "*" : to_string(match.peers.front()),
                           .port = std::nullopt};
  }
  (identity.role == Role::outbound ? identity.remote->port : change.port) = single_port(match);
  identity.port = change.port;
  // Promises that differ in any word must get different fingerprints.
  const std::string promise = promise_of(rule);
  change.attributes.push_back({Attribute::promise, {}, {promise}});
  change = finish_change(std::move(change));
  change.attributes.clear();
  change.message =
      fmt::format("expected, not seen: {} ({}:{}: {})", promise, rule.file, rule.line, rule.reason);
  return change;
}

}  // namespace netmon
