#include "netmon/core/model/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "netmon/core/model/visibility.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

// A table of the words of an enumeration, in the order of its enumerators.
template <typename Enum, std::size_t N>
std::optional<Enum> parse_word(const std::array<std::string_view, N>& words,
                               std::string_view text) {
  const auto found = std::ranges::find(words, text);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

template <typename Enum, std::size_t N>
std::string_view word_of(const std::array<std::string_view, N>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

constexpr std::array kProtocols{"tcp"sv, "udp"sv, "udplite"sv, "raw"sv, "icmp"sv, "packet"sv};
constexpr std::array kStates{"listen"sv,     "established"sv, "syn-sent"sv,  "syn-recv"sv,
                             "fin-wait-1"sv, "fin-wait-2"sv,  "time-wait"sv, "close"sv,
                             "close-wait"sv, "last-ack"sv,    "closing"sv,   "bound"sv,
                             "connected"sv,  "unconnected"sv};
constexpr std::array kOwnerStates{"held"sv,       "not-permitted"sv,  "vanished"sv,
                                  "no-process"sv, "kernel"sv,         "time-wait"sv,
                                  "orphan"sv,     "pending-accept"sv, "request"sv};
constexpr std::array kPortChoices{"program"sv, "connect"sv, "kernel"sv};
constexpr std::array kScriptKinds{"file"sv, "module"sv, "code"sv};
constexpr std::array kPresences{"both"sv, "first-pass-only"sv, "second-pass-only"sv};
constexpr std::array kGapCodes{
    "owners-not-visible"sv,     "owners-not-found"sv,      "owners-vanished"sv,
    "processes-hidden"sv,       "processes-vanished"sv,    "netns-not-entered"sv,
    "netns-not-requested"sv,    "netns-not-known"sv,       "netns-not-found"sv,
    "netns-vanished"sv,         "protocol-not-answered"sv, "port-choice-not-known"sv,
    "executables-not-hashed"sv, "scripts-not-hashed"sv,    "code-not-read"sv,
    "not-cross-checked"sv,      "samples-missed"sv,        "command-lines-left-out"sv,
    "boot-not-known"sv,         "users-not-named"sv};
constexpr std::array kViews{"netlink"sv, "proc"sv, "bpf"sv};
constexpr std::array kPrivileges{"root"sv, "capabilities"sv, "user"sv};
constexpr std::array kNetnsSelections{"all"sv, "current"sv};
constexpr std::array kVisibilities{"full"sv, "partial"sv, "none"sv};

std::string what_is_missing(const Gap& gap) {
  switch (gap.code) {
    case GapCode::owners_not_visible:
      return counted(gap.count, "socket", "sockets") + " whose process this user may not see";
    case GapCode::owners_not_found:
      return counted(gap.count, "socket", "sockets") +
             " with a file that no process was found to hold";
    case GapCode::owners_vanished:
      return counted(gap.count, "socket", "sockets") +
             " that went away, or whose process did, during the capture";
    case GapCode::processes_hidden:
      return "the processes of other users are hidden";
    case GapCode::processes_vanished:
      return counted(gap.count, "process", "processes") + " ended while being read";
    case GapCode::netns_not_entered:
      return counted(gap.count, "network namespace", "network namespaces") + " not entered";
    case GapCode::netns_not_requested:
      return counted(gap.count, "other network namespace", "other network namespaces") +
             " left out by --netns current";
    case GapCode::netns_not_known:
      return counted(gap.count, "process", "processes") + " whose network namespaces are not known";
    case GapCode::netns_not_found:
      return counted(gap.count, "network namespace", "network namespaces") +
             " that this host is linked to and nothing leads to";
    case GapCode::netns_vanished:
      return counted(gap.count, "network namespace", "network namespaces") +
             " went away while being read";
    case GapCode::protocol_not_answered:
      return fmt::format("the kernel did not list the {} sockets",
                         gap.protocol ? to_string(*gap.protocol) : "");
    case GapCode::port_choice_not_known:
      return counted(gap.count, "socket", "sockets") +
             " in the ephemeral range of which it is not known whether the program chose the port";
    case GapCode::executables_not_hashed:
      return "the executable of " + counted(gap.count, "process", "processes") + " was not read";
    case GapCode::scripts_not_hashed:
      return "the script of " + counted(gap.count, "process", "processes") + " was not read";
    case GapCode::code_not_read:
      return "what " + counted(gap.count, "process", "processes") + " mapped as code was not read";
    case GapCode::not_cross_checked:
      return counted(gap.count, "socket", "sockets") + " seen in one view of the kernel only";
    case GapCode::samples_missed:
      return counted(gap.count, "sample", "samples") + " of the span not taken";
    case GapCode::command_lines_left_out:
      return "the command line of " + counted(gap.count, "process", "processes") +
             " was not to be stored";
    case GapCode::boot_not_known:
      return "the boot is not known";
    case GapCode::users_not_named:
      return counted(gap.count, "user", "users") + " shown as a number";
  }
  return {};
}

std::string scope_text(std::string_view kind, std::string_view name) {
  return name.empty() ? std::string(kind) : fmt::format("{}:{}", kind, name);
}

}  // namespace

std::string_view to_string(Protocol protocol) { return word_of(kProtocols, protocol); }
std::string_view to_string(State state) { return word_of(kStates, state); }
std::string_view to_string(OwnerState owner_state) { return word_of(kOwnerStates, owner_state); }
std::string_view to_string(PortChoice choice) { return word_of(kPortChoices, choice); }
std::string_view to_string(ScriptKind kind) { return word_of(kScriptKinds, kind); }
std::string_view to_string(Presence presence) { return word_of(kPresences, presence); }
std::string_view to_string(GapCode code) { return word_of(kGapCodes, code); }
std::string_view to_string(Privilege privilege) { return word_of(kPrivileges, privilege); }
std::string_view to_string(NetnsSelection selection) {
  return word_of(kNetnsSelections, selection);
}
std::string_view to_string(View view) { return word_of(kViews, view); }
std::string_view to_string(Visibility visibility) { return word_of(kVisibilities, visibility); }

std::optional<Protocol> parse_protocol(std::string_view text) {
  return parse_word<Protocol>(kProtocols, text);
}
std::optional<State> parse_state(std::string_view text) { return parse_word<State>(kStates, text); }
std::optional<OwnerState> parse_owner_state(std::string_view text) {
  return parse_word<OwnerState>(kOwnerStates, text);
}
std::optional<Presence> parse_presence(std::string_view text) {
  return parse_word<Presence>(kPresences, text);
}
std::optional<PortChoice> parse_port_choice(std::string_view text) {
  return parse_word<PortChoice>(kPortChoices, text);
}
std::optional<ScriptKind> parse_script_kind(std::string_view text) {
  return parse_word<ScriptKind>(kScriptKinds, text);
}
std::optional<GapCode> parse_gap_code(std::string_view text) {
  return parse_word<GapCode>(kGapCodes, text);
}
std::optional<Privilege> parse_privilege(std::string_view text) {
  return parse_word<Privilege>(kPrivileges, text);
}
std::optional<NetnsSelection> parse_netns_selection(std::string_view text) {
  return parse_word<NetnsSelection>(kNetnsSelections, text);
}

std::optional<View> parse_view(std::string_view text) { return parse_word<View>(kViews, text); }

std::string to_string(const Scope& scope) {
  switch (scope.kind) {
    case ScopeKind::host:
      return "host";
    case ScopeKind::named:
      return "netns:" + scope.name;
    case ScopeKind::container:
      return scope_text("container", scope.name);
    case ScopeKind::anonymous:
      return scope_text("anonymous", scope.name);
  }
  return {};
}

std::optional<Scope> parse_scope(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view kind = text.substr(0, colon);
  const bool has_name = colon != std::string_view::npos;
  const std::string name(has_name ? text.substr(colon + 1) : std::string_view());
  if (has_name && name.empty()) return std::nullopt;
  if (kind == "host" && !has_name) return Scope{ScopeKind::host, {}};
  if (kind == "netns" && has_name) return Scope{ScopeKind::named, name};
  if (kind == "container") return Scope{ScopeKind::container, name};
  if (kind == "anonymous") return Scope{ScopeKind::anonymous, name};
  return std::nullopt;
}

bool is_collective(const Scope& scope) {
  return scope.kind == ScopeKind::container || scope.kind == ScopeKind::anonymous;
}

bool is_datagram(Protocol protocol) {
  return protocol == Protocol::udp || protocol == Protocol::udplite;
}

bool is_raw(Protocol protocol) {
  return protocol == Protocol::raw || protocol == Protocol::icmp || protocol == Protocol::packet;
}

bool ownerless_by_nature(OwnerState owner_state) {
  switch (owner_state) {
    case OwnerState::kernel:
    case OwnerState::time_wait:
    case OwnerState::orphan:
    case OwnerState::pending_accept:
    case OwnerState::request:
      return true;
    case OwnerState::held:
    case OwnerState::not_permitted:
    case OwnerState::vanished:
    case OwnerState::no_process:
      return false;
  }
  return false;
}

std::string to_string(const PortRange& range) {
  return range.low == range.high ? fmt::format("{}", range.low)
                                 : fmt::format("{}-{}", range.low, range.high);
}

std::vector<const Process*> ancestors_of(const Snapshot& snapshot, const Process& process) {
  constexpr std::size_t kMost = 64;
  std::vector<const Process*> ancestors;
  for (auto next = process.parent; next && ancestors.size() < kMost;
       next = ancestors.back()->parent) {
    ancestors.push_back(&snapshot.processes[*next]);
  }
  return ancestors;
}

std::string describe(const Gap& gap) {
  std::string line = what_is_missing(gap);
  if (gap.scope) line += fmt::format(" in {}", to_string(*gap.scope));
  if (!gap.reason.empty()) line += fmt::format(" ({})", gap.reason);
  return line;
}

std::string describe(const Snapshot& snapshot, const HiddenSocket& hidden) {
  Socket socket;
  socket.protocol = hidden.protocol;
  socket.netns = hidden.netns;
  socket.local = hidden.local;
  socket.remote = hidden.remote;
  std::string line =
      fmt::format("{} {}", to_string(hidden.protocol), display_local(snapshot, socket));
  if (hidden.remote.port != 0) line += " → " + display_remote(snapshot, socket);
  const Scope& scope = snapshot.namespaces[hidden.netns].scope;
  if (scope.kind != ScopeKind::host) line += " in " + to_string(scope);
  if (hidden.process) line += fmt::format(" ({})", snapshot.processes[*hidden.process].name);
  return line + fmt::format(", seen in {}, missing from {}", to_string(hidden.seen_in),
                            to_string(hidden.missing_from));
}

std::string device_name(const Snapshot& snapshot, const Socket& socket) {
  if (socket.device_index == 0) return {};
  const auto& devices = snapshot.namespaces[socket.netns].devices;
  const auto found = std::ranges::find(devices, socket.device_index, &Device::index);
  if (found == devices.end()) return fmt::format("if{}", socket.device_index);
  return found->name;
}

std::string display_address(const Snapshot& snapshot, const Socket& socket,
                            const IpAddress& address) {
  if (address.family == Family::none) return "*";
  if (is_link_local(address) && socket.device_index != 0) {
    return to_string(address) + "%" + device_name(snapshot, socket);
  }
  return to_string(address);
}

std::string display_local(const Snapshot& snapshot, const Socket& socket) {
  if (socket.protocol == Protocol::packet) {
    const std::string device = device_name(snapshot, socket);
    return fmt::format("{}:0x{:04x}", device.empty() ? "*" : device, socket.link_protocol);
  }
  const bool raw = socket.protocol == Protocol::raw;
  const std::string address = display_address(snapshot, socket, socket.local.address);
  const char* const form = socket.local.address.family == Family::ipv6 ? "[{}]:{}" : "{}:{}";
  return fmt::format(fmt::runtime(form), address, raw ? socket.link_protocol : socket.local.port);
}

std::string display_remote(const Snapshot& snapshot, const Socket& socket) {
  if (socket.remote.address.family == Family::none) return "*:*";
  const std::string address = display_address(snapshot, socket, socket.remote.address);
  const char* const form = socket.remote.address.family == Family::ipv6 ? "[{}]:{}" : "{}:{}";
  const std::string port =
      socket.remote.port == 0 ? "*" : fmt::format_int(socket.remote.port).str();
  return fmt::format(fmt::runtime(form), address, port);
}

bool is_memory_file(std::string_view path) {
  return path.starts_with("/memfd:") || path.starts_with("/SYSV") ||
         path.starts_with("/dev/zero") || !path.starts_with("/");
}

bool lacks_digest(const ForeignCode& code) { return !code.sha256 && !is_memory_file(code.path); }

}  // namespace netmon
