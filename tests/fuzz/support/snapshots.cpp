#include "snapshots.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "netmon/core/values/text.h"

namespace netmon::fuzz {
namespace {

using Input = FuzzedDataProvider;

constexpr int kGapCodes = static_cast<int>(GapCode::events_lost) + 1;

template <typename T>
T number(Input& input) {
  return input.ConsumeIntegral<T>();
}

std::uint32_t below(Input& input, std::size_t end) {
  return input.ConsumeIntegralInRange<std::uint32_t>(0, static_cast<std::uint32_t>(end - 1));
}

// One of the first `count` enumerators.
template <typename Enum>
Enum one_of(Input& input, int count) {
  return static_cast<Enum>(input.ConsumeIntegralInRange<int>(0, count - 1));
}

template <typename T, typename Make>
std::optional<T> maybe(Input& input, Make make) {
  if (!input.ConsumeBool()) return std::nullopt;
  return make(input);
}

template <typename Make>
auto several(Input& input, std::size_t most, Make make) {
  std::vector<decltype(make(input))> values;
  for (auto n = input.ConsumeIntegralInRange<std::size_t>(0, most); n > 0; --n) {
    values.push_back(make(input));
  }
  return values;
}

// There are few ports and addresses, so that sockets share them.
std::uint16_t port(Input& input) {
  constexpr std::array<std::uint16_t, 6> kPorts{0, 22, 80, 443, 40000, 65535};
  const auto choice = number<std::uint8_t>(input);
  return choice < 200 ? kPorts[choice % kPorts.size()] : number<std::uint16_t>(input);
}

IpAddress address(Input& input) {
  constexpr std::array<std::string_view, 9> kAddresses{
      "0.0.0.0", "127.0.0.1", "10.0.0.5",    "185.220.101.5",  "::",
      "::1",     "fe80::1",   "2001:db8::5", "::ffff:10.0.0.5"};
  const auto choice = number<std::uint8_t>(input);
  if (choice < 200) return *parse_ip_address(kAddresses[choice % kAddresses.size()]);
  if (choice < 210) return {};
  std::array<std::uint8_t, 16> bytes{};
  input.ConsumeData(bytes.data(), bytes.size());
  return choice < 230 ? IpAddress::ipv4(std::span(bytes).first<4>()) : IpAddress::ipv6(bytes);
}

Endpoint endpoint(Input& input) { return {address(input), port(input)}; }

Scope scope(Input& input) {
  const auto kind = one_of<ScopeKind>(input, 4);
  if (kind == ScopeKind::host) return {};
  // An unknown workload is "", but a name is never empty.
  return {kind, (kind == ScopeKind::named ? "n" : "") + arbitrary_text(input)};
}

User user(Input& input) { return {number<std::uint32_t>(input), arbitrary_text(input)}; }

NetNamespace netns(Input& input) {
  NetNamespace netns{.id = number<std::uint8_t>(input) % 8U,
                     .cookie = number<std::uint8_t>(input) % 8U,
                     .scope = scope(input)};
  netns.containers = several(input, 2, arbitrary_text);
  netns.ephemeral_ports = {port(input), port(input)};
  netns.devices = several(input, 2, [](Input& in) {
    return Device{number<std::uint8_t>(in), arbitrary_text(in)};
  });
  std::ranges::sort(netns.containers);
  std::ranges::sort(netns.devices);
  return netns;
}

std::optional<std::string> digest(Input& input) {
  return maybe<std::string>(input, [](Input& in) {
    return std::string(64, "0123456789abcdef"[number<std::uint8_t>(in) % 16]);
  });
}

Script script(Input& input) {
  Script script{.kind = one_of<ScriptKind>(input, 3), .name = arbitrary_text(input)};
  script.sha256 = digest(input);
  script.claimed = input.ConsumeBool();
  return script;
}

Code code(Input& input) {
  Code code{.exe_mapped = input.ConsumeBool(), .anonymous = input.ConsumeBool()};
  code.foreign = several(input, 2, [](Input& in) {
    ForeignCode foreign{.path = "/" + arbitrary_text(in), .deleted = in.ConsumeBool()};
    foreign.sha256 = digest(in);
    return foreign;
  });
  code.loader = several(input, 2, [](Input& in) {
    return LoaderVariable{.name = "LD_" + arbitrary_text(in), .value = arbitrary_text(in)};
  });
  std::ranges::sort(code.foreign);
  std::ranges::sort(code.loader);
  return code;
}

// There are few numbers, so that users and groups share them; root is one of them.
std::uint32_t few(Input& input) { return number<std::uint8_t>(input) % 4U; }

Credentials credentials(Input& input) {
  Credentials credentials{.real_uid = few(input), .saved_uid = few(input)};
  credentials.groups = several(input, 2, few);
  std::ranges::sort(credentials.groups);
  credentials.groups.erase(std::unique(credentials.groups.begin(), credentials.groups.end()),
                           credentials.groups.end());
  credentials.capabilities = number<std::uint64_t>(input);
  credentials.own_user_namespace = input.ConsumeBool();
  return credentials;
}

Process process(Input& input, std::size_t processes) {
  Process process{.pid = number<std::uint8_t>(input) + 1U,
                  .start_ticks = number<std::uint8_t>(input),
                  .started_at = arbitrary_timestamp(input),
                  .name = arbitrary_text(input),
                  .comm = arbitrary_text(input)};
  process.namespaced_pid = number<std::uint8_t>(input);
  process.parent = maybe<std::uint32_t>(input, [&](Input& in) { return below(in, processes); });
  process.exe = maybe<std::string>(input, [](Input& in) { return "/" + arbitrary_text(in); });
  process.exe_deleted = input.ConsumeBool();
  process.exe_sha256 = digest(input);
  process.exe_protected = input.ConsumeBool();
  process.exe_changed_at = maybe<Timestamp>(input, arbitrary_timestamp);
  process.exe_elsewhere = input.ConsumeBool();
  process.interpreter = input.ConsumeBool();
  process.script = maybe<Script>(input, script);
  process.code = maybe<Code>(input, code);
  process.credentials = maybe<Credentials>(input, credentials);
  process.cmdline = maybe<std::string>(input, arbitrary_text);
  process.uid = maybe<std::uint32_t>(input, few);
  if (process.uid) process.user = arbitrary_text(input);
  process.unit = arbitrary_text(input);
  process.has_socket_unit = input.ConsumeBool();
  process.container = arbitrary_text(input);
  return process;
}

Socket socket(Input& input, std::size_t namespaces) {
  Socket socket{.cookie = number<std::uint8_t>(input),
                .inode = number<std::uint8_t>(input),
                .netns = below(input, namespaces),
                .protocol = one_of<Protocol>(input, 6),
                .state = one_of<State>(input, 14),
                .owner_state = one_of<OwnerState>(input, 9),
                .presence = one_of<Presence>(input, 3),
                .local = endpoint(input),
                .remote = endpoint(input)};
  // Sockets are in the kernel's table by their port, except raw and packet sockets.
  if (socket.local.port == 0 && socket.protocol < Protocol::raw) socket.local.port = 1;
  if (input.ConsumeBool()) socket.remote = {};
  socket.device_index = number<std::uint8_t>(input) % 4;
  socket.uid = maybe<std::uint32_t>(input, number<std::uint32_t>);
  socket.v6only = maybe<bool>(input, [](Input& in) { return in.ConsumeBool(); });
  socket.port_choice =
      maybe<PortChoice>(input, [](Input& in) { return one_of<PortChoice>(in, 3); });
  socket.link_protocol = port(input);
  return socket;
}

void add_owners(Input& input, Snapshot& snapshot, Socket& socket) {
  socket.first_owner = static_cast<std::uint32_t>(snapshot.owners.size());
  std::vector<Owner> owners;
  if (!snapshot.processes.empty()) {
    owners = several(input, 2, [&](Input& in) {
      return Owner{below(in, snapshot.processes.size()), number<std::uint8_t>(in),
                   number<std::uint8_t>(in)};
    });
  }
  snapshot.owners.insert(snapshot.owners.end(), owners.begin(), owners.end());
  socket.owner_count = static_cast<std::uint32_t>(owners.size());
  // A socket has a holder, or a reason why there is none.
  if (!owners.empty()) {
    socket.owner_state = OwnerState::held;
  } else if (socket.owner_state == OwnerState::held) {
    socket.owner_state = OwnerState::not_permitted;
  }
}

HiddenSocket hidden(Input& input, const Snapshot& snapshot) {
  HiddenSocket hidden{.netns = below(input, snapshot.namespaces.size()),
                      .protocol = one_of<Protocol>(input, 6),
                      .state = one_of<State>(input, 14),
                      .local = endpoint(input),
                      .remote = endpoint(input),
                      .inode = number<std::uint8_t>(input)};
  if (!snapshot.processes.empty()) {
    hidden.process = maybe<std::uint32_t>(
        input, [&](Input& in) { return below(in, snapshot.processes.size()); });
  }
  hidden.seen_in = one_of<View>(input, 3);
  hidden.missing_from = one_of<View>(input, 3);
  return hidden;
}

Gap gap(Input& input) {
  return {.code = one_of<GapCode>(input, kGapCodes),
          .scope = maybe<Scope>(input, scope),
          .protocol = maybe<Protocol>(input, [](Input& in) { return one_of<Protocol>(in, 6); }),
          .reason = arbitrary_text(input),
          .count = number<std::uint32_t>(input)};
}

SnapshotInfo info(Input& input) {
  SnapshotInfo info{.label = arbitrary_text(input),
                    .ticket = arbitrary_text(input),
                    .note = arbitrary_text(input),
                    .host_name = arbitrary_text(input),
                    .machine_id = arbitrary_text(input),
                    .boot_id = arbitrary_text(input),
                    .kernel = arbitrary_text(input),
                    .netmon_version = arbitrary_text(input),
                    .user = user(input)};
  info.sudo_user = maybe<User>(input, user);
  info.login_user = maybe<User>(input, user);
  info.privilege = one_of<Privilege>(input, 3);
  info.netns = one_of<NetnsSelection>(input, 2);
  info.owner_method = input.ConsumeBool() ? OwnerMethod::bpf : OwnerMethod::proc;
  info.started_at = arbitrary_timestamp(input);
  info.finished_at = arbitrary_timestamp(input);
  return info;
}

void add_span(Input& input, Snapshot& snapshot) {
  snapshot.info.span =
      Span{std::chrono::milliseconds{number<std::uint16_t>(input)}, number<std::uint8_t>(input)};
  for (std::size_t i = 0; i < snapshot.sockets.size(); ++i) {
    snapshot.sightings.push_back(
        {arbitrary_timestamp(input), arbitrary_timestamp(input), number<std::uint8_t>(input)});
  }
}

// Makes ids and cookies unique; a duplicate becomes unknown.
void number_apart(std::vector<NetNamespace>& namespaces) {
  std::set<std::uint64_t> ids;
  std::set<std::uint64_t> cookies;
  for (NetNamespace& netns : namespaces) {
    if (!ids.insert(netns.id).second) netns.id = 0;
    if (!cookies.insert(netns.cookie).second) netns.cookie = 0;
  }
}

}  // namespace

Timestamp arbitrary_timestamp(FuzzedDataProvider& input) {
  constexpr std::int64_t kFirst = -62'167'219'200'000;  // 0000-01-01T00:00:00.000Z
  constexpr std::int64_t kLast = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z
  return Timestamp{std::chrono::milliseconds{input.ConsumeIntegralInRange(kFirst, kLast)}};
}

std::string arbitrary_text(FuzzedDataProvider& input) {
  // Most words come from a short list, so that they are shared; the others are hostile.
  constexpr std::array<std::string_view, 8> kWords{"",     "nginx", "sshd",      "root",
                                                   "eth0", "=1+1",  "<b>&'\"|`", "\x1b[31m\u202e"};
  const auto choice = number<std::uint8_t>(input);
  if (choice < 192) return std::string(kWords[choice % kWords.size()]);
  return sanitize(input.ConsumeRandomLengthString(80), 200);
}

Snapshot arbitrary_snapshot(FuzzedDataProvider& input) {
  Snapshot snapshot;
  snapshot.info = info(input);
  snapshot.namespaces = several(input, 2, netns);
  snapshot.namespaces.push_back(netns(input));
  number_apart(snapshot.namespaces);
  const auto processes = input.ConsumeIntegralInRange<std::size_t>(0, 5);
  for (std::size_t i = 0; i < processes; ++i) {
    snapshot.processes.push_back(process(input, processes));
  }
  for (auto n = input.ConsumeIntegralInRange<std::size_t>(0, 12); n > 0; --n) {
    Socket one = socket(input, snapshot.namespaces.size());
    const bool taken =
        std::ranges::find(snapshot.sockets, one.cookie, &Socket::cookie) != snapshot.sockets.end();
    if (taken) one.cookie = 0;  // a cookie is unique, or not known
    add_owners(input, snapshot, one);
    snapshot.sockets.push_back(one);
  }
  snapshot.hidden = several(input, 2, [&](Input& in) { return hidden(in, snapshot); });
  snapshot.gaps = several(input, 3, gap);
  if (input.ConsumeBool()) add_span(input, snapshot);
  return snapshot;
}

bool is_consistent(const Snapshot& snapshot) { return !inconsistency_of(snapshot); }

void see_everything(Snapshot& snapshot) {
  snapshot.gaps.clear();
  for (Socket& socket : snapshot.sockets) {
    const bool blind = socket.owner_count == 0 && !ownerless_by_nature(socket.owner_state);
    if (blind) socket.owner_state = OwnerState::kernel;
    if (!socket.port_choice) socket.port_choice = PortChoice::program;
  }
  const std::string digest(64, '0');
  for (Process& process : snapshot.processes) {
    if (!process.exe) process.exe = "/usr/bin/app";
    if (!process.exe_sha256) process.exe_sha256 = digest;
    if (process.interpreter && !process.script) process.script = Script{.name = "/srv/app"};
    if (process.script && !process.script->sha256) process.script->sha256 = digest;
    if (!process.code) process.code.emplace();
    for (ForeignCode& file : process.code->foreign) {
      if (!file.sha256) file.sha256 = digest;
    }
    if (!process.uid) process.uid = 0;
    if (!process.credentials) process.credentials.emplace();
  }
}

}  // namespace netmon::fuzz
