#include "core/diff/change_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <string_view>
#include <vector>

#include "netmon/core/values/endpoint_text.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

std::string_view title_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::listener_added:
      return "new listener";
    case ChangeKind::exposure_widened:
      return "exposure widened";
    case ChangeKind::owner_changed:
      return "owner changed";
    case ChangeKind::holder_added:
      return "held by one more program";
    case ChangeKind::executable_changed:
      return "executable changed";
    case ChangeKind::script_changed:
      return "script changed";
    case ChangeKind::code_changed:
      return "foreign code";
    case ChangeKind::executable_forged:
      return "executable forged";
    case ChangeKind::user_changed:
      return "user changed";
    case ChangeKind::privilege_gained:
      return "privilege gained";
    case ChangeKind::moved:
      return "listener moved";
    case ChangeKind::outbound_added:
      return "new outbound peer";
    case ChangeKind::raw_added:
      return "new raw socket";
    case ChangeKind::scope_changed:
      return "namespace replaced";
    case ChangeKind::hidden_socket:
      return "hidden socket";
    case ChangeKind::unit_changed:
      return "unit changed";
    case ChangeKind::arguments_changed:
      return "arguments changed";
    case ChangeKind::bind_changed:
      return "addresses changed";
    case ChangeKind::executable_moved:
      return "executable moved";
    case ChangeKind::exposure_narrowed:
      return "exposure narrowed";
    case ChangeKind::holder_removed:
      return "holder gone";
    case ChangeKind::listener_removed:
      return "listener gone";
    case ChangeKind::outbound_removed:
      return "outbound peer gone";
    case ChangeKind::raw_removed:
      return "raw socket gone";
    case ChangeKind::inbound_added:
      return "new inbound peer";
    case ChangeKind::inbound_removed:
      return "inbound peer gone";
    case ChangeKind::client_added:
      return "new client";
    case ChangeKind::client_removed:
      return "client gone";
    case ChangeKind::containers_changed:
      return "containers changed";
  }
  assert(false);
  return {};
}

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
      return local_text(change);
    case Role::outbound:
      return remote_text(*change.identity.remote);
    case Role::inbound:
      return fmt::format("{} → port {}", remote_text(*change.identity.remote),
                         change.port.value_or(0));
    case Role::client:
      return "client";
  }
  assert(false);
  return {};
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
    text += ", " + *process.exe + (process.exe_deleted ? " [deleted]" : "");
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
    text += fmt::format("{} {} ", text.empty() ? ":" : ";", to_string(attribute.attribute));
    if (!attribute.before.empty()) {
      text += fmt::format("{} → ", join_some(attribute.before));
    }
    text += join_some(attribute.after);
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
  std::string message = fmt::format("{}{}", title_of(change.kind), where);
  if (change.kind != ChangeKind::scope_changed) {
    message += fmt::format(": {} {} {}", to_string(identity.protocol), place_text(change),
                           process_text(change));
  }
  return message + attributes_text(change) + other_holders_text(change);
}

std::string subject_text(const Change& change) {
  const Identity& identity = change.identity;
  std::string text = fmt::format("{} {}", to_string(identity.protocol), place_text(change));
  if (change.process) text += " " + change.process->name;
  if (identity.scope.kind != ScopeKind::host) text += " in " + to_string(identity.scope);
  return text;
}

}  // namespace netmon
