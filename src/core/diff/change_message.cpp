#include "core/diff/change_message.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <vector>

#include "core/values/words.h"
#include "netmon/core/values/endpoint_text.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

// The table is in the order of ChangeKind.
constexpr std::array kTitles{"new listener"sv,
                             "exposure widened"sv,
                             "owner changed"sv,
                             "held by one more program"sv,
                             "executable changed"sv,
                             "script changed"sv,
                             "foreign code"sv,
                             "executable forged"sv,
                             "user changed"sv,
                             "privilege gained"sv,
                             "listener moved"sv,
                             "new outbound peer"sv,
                             "new raw socket"sv,
                             "namespace replaced"sv,
                             "hidden socket"sv,
                             "new forward"sv,
                             "filter changed"sv,
                             "new address"sv,
                             "forwarding enabled"sv,
                             "new tunnel"sv,
                             "promiscuous interface"sv,
                             "unit changed"sv,
                             "arguments changed"sv,
                             "addresses changed"sv,
                             "executable moved"sv,
                             "exposure narrowed"sv,
                             "holder gone"sv,
                             "listener gone"sv,
                             "outbound peer gone"sv,
                             "raw socket gone"sv,
                             "new inbound peer"sv,
                             "inbound peer gone"sv,
                             "new client"sv,
                             "client gone"sv,
                             "containers changed"sv,
                             "forward gone"sv,
                             "address gone"sv,
                             "multicast group joined"sv,
                             "routes changed"sv};

std::string local_text(const Change& change) {
  return join_some(local_texts(change.identity.protocol, change.addresses, change.port));
}

std::string remote_text(const Peer& remote) {
  return remote.port ? endpoint_text(remote) : remote.address;
}

std::string place_text(const Change& change) {
  switch (change.identity.role) {
    case Role::listener:
    case Role::raw:
    case Role::forward:
      return local_text(change);
    case Role::network:
      return change.identity.device;
    case Role::outbound:
      return remote_text(*change.identity.remote);
    case Role::inbound:
      return fmt::format("{} → port {}", remote_text(*change.identity.remote),
                         change.port.value_or(0));
    case Role::client:
      return "client";
  }
  no_such_enumerator();
}

std::string process_text(const Change& change) {
  if (!change.process) return fmt::format("({})", change.no_process.value_or("no process"));
  const ProcessSummary& process = *change.process;
  std::string text = fmt::format("{} (pid {}", process.name, process.pid);
  if (!process.user.empty()) text += ", " + process.user;
  const Role role = change.identity.role;
  const bool program_matters =
      role == Role::listener || role == Role::raw || change.kind == ChangeKind::executable_changed;
  if (program_matters && process.exe) {
    text += ", " + file_text(*process.exe, process.exe_deleted);
  }
  return text + ")";
}

std::string other_holders_text(const Change& change) {
  if (change.holders.size() < 2) return {};
  std::vector<std::string> others;
  for (std::size_t i = 1; i < change.holders.size(); ++i) {
    const ProcessSummary& holder = change.holders[i];
    others.push_back(holder.user.empty()
                         ? fmt::format("{} (pid {})", holder.name, holder.pid)
                         : fmt::format("{} (pid {}, {})", holder.name, holder.pid, holder.user));
  }
  return "; also held by " + join_some(others);
}

std::string attributes_text(const Change& change) {
  std::string text;
  for (const AttributeChange& attribute : change.attributes) {
    // The digest of a filter is meant for rules and reports; its lines say what changed.
    const bool is_digest =
        change.kind == ChangeKind::filter_changed && attribute.attribute == Attribute::sha256;
    if (is_digest && change.attributes.size() > 1) continue;
    text += fmt::format("{} {} ", text.empty() ? ":" : ";", to_string(attribute.attribute));
    if (!attribute.before.empty()) {
      text += fmt::format("{} → ", join_some(attribute.before));
    }
    text += attribute.after.empty() ? "removed" : join_some(attribute.after);
  }
  return text;
}

}  // namespace

std::string change_message(const Change& change) {
  const Identity& identity = change.identity;
  std::string where;
  if (identity.scope.kind != ScopeKind::host) {
    where = fmt::format(" in {}", to_string(identity.scope));
  }
  if (change.containers > 1) where += fmt::format(" ({} containers)", change.containers);
  std::string message = fmt::format("{}{}", word_of(kTitles, change.kind), where);
  if (identity.role == Role::network) {
    if (!identity.device.empty()) message += ": " + identity.device;
  } else if (identity.role == Role::forward) {
    message += fmt::format(": {} {}", to_string(identity.protocol), place_text(change));
  } else if (change.kind != ChangeKind::scope_changed) {
    message += fmt::format(": {} {} {}", to_string(identity.protocol), place_text(change),
                           process_text(change));
  }
  return message + attributes_text(change) + other_holders_text(change);
}

std::string subject_text(const Change& change) {
  const Identity& identity = change.identity;
  std::string text = fmt::format("{} {}", protocol_word(identity), place_text(change));
  if (change.process) text += " " + change.process->name;
  if (identity.scope.kind != ScopeKind::host) text += " in " + to_string(identity.scope);
  return text;
}

}  // namespace netmon
