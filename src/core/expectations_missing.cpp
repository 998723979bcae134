#include "core/expectations_missing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>

#include "core/change_builder.h"
#include "netmon/text.h"

namespace netmon {
namespace {

Role role_of(const Rule& rule, Protocol protocol) {
  switch (rule.changes.front()) {
    case ChangeKind::outbound_added:
    case ChangeKind::outbound_removed:
      return Role::outbound;
    case ChangeKind::inbound_added:
    case ChangeKind::inbound_removed:
      return Role::inbound;
    case ChangeKind::client_added:
    case ChangeKind::client_removed:
      return Role::client;
    case ChangeKind::raw_added:
    case ChangeKind::raw_removed:
      return Role::raw;
    case ChangeKind::listener_added:
    case ChangeKind::exposure_widened:
    case ChangeKind::owner_changed:
    case ChangeKind::executable_changed:
    case ChangeKind::user_changed:
    case ChangeKind::moved:
    case ChangeKind::unit_changed:
    case ChangeKind::exposure_narrowed:
    case ChangeKind::listener_removed:
    case ChangeKind::containers_changed:
    case ChangeKind::hidden_socket:
      break;
  }
  if (!rule.match.peers.empty()) return Role::outbound;
  const bool raw =
      protocol == Protocol::raw || protocol == Protocol::icmp || protocol == Protocol::packet;
  return raw ? Role::raw : Role::listener;
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
         words("exe", match.executables) + words("user", match.users) +
         words("bind", texts_of(match.binds, word)) + words("peer", texts_of(match.peers, word)) +
         words("scope", texts_of(match.scopes, word));
}

std::optional<std::uint16_t> single_port(const Match& match) {
  if (match.ports.size() != 1 || match.ports.front().low != match.ports.front().high) {
    return std::nullopt;
  }
  return match.ports.front().low;
}

Protocol protocol_of(const Rule& rule) {
  if (!rule.match.protocols.empty()) return rule.match.protocols.front();
  switch (rule.changes.front()) {
    case ChangeKind::raw_added:
    case ChangeKind::raw_removed:
      return Protocol::raw;
    case ChangeKind::client_added:
    case ChangeKind::client_removed:
      return Protocol::udp;
    default:
      return Protocol::tcp;
  }
}

}  // namespace

Change promised_change(const Rule& rule) {
  Change change{
      .kind = rule.changes.front(), .severity = Severity::medium, .protocol = protocol_of(rule)};
  const Match& match = rule.match;
  change.role = role_of(rule, change.protocol);
  if (!match.scopes.empty()) change.scope = match.scopes.front();
  if (change.role == Role::outbound || change.role == Role::inbound) {
    change.remote = {.address = match.peers.empty() ? "*" : to_string(match.peers.front()),
                     .port = std::nullopt};
  }
  (change.role == Role::outbound ? change.remote->port : change.port) = single_port(match);
  // Two promises that differ in any word are two things.
  const std::string promise = promise_of(rule);
  change.attributes.push_back({.name = "promise", .before = {}, .after = {promise}});
  change = finish_change(std::move(change));
  change.attributes.clear();
  change.message =
      fmt::format("expected, not seen: {} ({}:{}: {})", promise, rule.file, rule.line, rule.reason);
  return change;
}

}  // namespace netmon
