#include "core/change_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "netmon/text.h"

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
    case ChangeKind::executable_changed:
      return "executable changed";
    case ChangeKind::user_changed:
      return "user changed";
    case ChangeKind::moved:
      return "listener moved";
    case ChangeKind::outbound_added:
      return "new outbound peer";
    case ChangeKind::raw_added:
      return "new raw socket";
    case ChangeKind::unit_changed:
      return "unit changed";
    case ChangeKind::exposure_narrowed:
      return "exposure narrowed";
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
    case ChangeKind::hidden_socket:
      return "hidden socket";
  }
  return {};
}

// "10.0.0.5", "[::1]": what may stand before a colon and a port.
std::string bracketed(std::string_view address) {
  return address.find(':') == std::string_view::npos ? std::string(address)
                                                     : fmt::format("[{}]", address);
}

std::string local_text(const Change& change) {
  const auto port = change.port.value_or(0);
  const bool packet = change.protocol == Protocol::packet;
  const std::string port_text = packet ? fmt::format("0x{:04x}", port) : fmt::format("{}", port);
  std::vector<std::string> endpoints;
  for (const std::string& address : change.addresses) {
    endpoints.push_back(bracketed(address) + ":" + port_text);
  }
  if (endpoints.empty()) endpoints.push_back("*:" + port_text);
  return join_some(endpoints);
}

std::string endpoint_text(const Change& change) {
  switch (change.role) {
    case Role::listener:
    case Role::raw:
      return local_text(change);
    case Role::outbound:
      return fmt::format("{}:{}", bracketed(change.remote->address),
                         change.remote->port.value_or(0));
    case Role::inbound:
      return fmt::format("{} → port {}", change.remote->address, change.port.value_or(0));
    case Role::client:
      return "client";
  }
  return {};
}

std::string process_text(const Change& change) {
  if (!change.process) return fmt::format("({})", change.no_process.value_or("no process"));
  const ProcessSummary& process = *change.process;
  std::string text = fmt::format("{} (pid {}", process.name, process.pid);
  if (!process.user.empty()) text += ", " + process.user;
  const bool program_matters = change.role == Role::listener || change.role == Role::raw ||
                               change.kind == ChangeKind::executable_changed;
  if (program_matters && process.exe) {
    text += ", " + *process.exe + (process.exe_deleted ? " [deleted]" : "");
  }
  return text + ")";
}

std::string attributes_text(const Change& change) {
  std::string text;
  for (const AttributeChange& attribute : change.attributes) {
    text += fmt::format("{} {} ", text.empty() ? ":" : ";", attribute.name);
    if (!attribute.before.empty()) {
      text += fmt::format("{} → ", join_some(attribute.before));
    }
    text += join_some(attribute.after);
  }
  return text;
}

}  // namespace

std::string change_message(const Change& change) {
  std::string where;
  if (change.scope.kind != ScopeKind::host) where = fmt::format(" in {}", to_string(change.scope));
  if (change.containers > 1) where += fmt::format(" ({} containers)", change.containers);
  std::string message =
      fmt::format("{}{}: {} {} {}", title_of(change.kind), where, to_string(change.protocol),
                  endpoint_text(change), process_text(change));
  message += attributes_text(change);
  if (!change.shared_with.empty()) {
    message += fmt::format("; shares the port with {}", join_some(change.shared_with));
  }
  return message;
}

std::string subject_text(const Change& change) {
  std::string text = fmt::format("{} {}", to_string(change.protocol), endpoint_text(change));
  if (change.process) text += " " + change.process->name;
  if (change.scope.kind != ScopeKind::host) text += " in " + to_string(change.scope);
  return text;
}

}  // namespace netmon
