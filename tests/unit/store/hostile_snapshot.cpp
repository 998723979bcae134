#include <array>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "fixtures.h"

namespace netmon::test {
namespace {

using Random = std::mt19937;

template <typename T>
T number(Random& random) {
  constexpr std::array kEdges{T{0}, T{1}, std::numeric_limits<T>::max(),
                              std::numeric_limits<T>::min(),
                              static_cast<T>(std::numeric_limits<T>::max() / 2 + 1)};
  return kEdges.at(random() % kEdges.size());
}

// A number below `limit`, which must not be 0.
std::uint32_t below(Random& random, std::size_t limit) {
  return static_cast<std::uint32_t>(random() % limit);
}

std::string text(Random& random) {
  const std::array<std::string, 14> texts{
      "",
      "nginx",
      "'; DROP TABLE socket; --",
      R"("quoted" back\slash)",
      "line\nfeed\rtab\tback\bform\f",
      "\x01\x1f\x7f",
      "\x1b[31mred\x1b]0;title\x07",
      "\xe2\x80\xae"
      "gpj.exe\xe2\x80\xac",            // U+202E, right-to-left override, and its end
      "\xe2\x80\xa8\xe2\x80\xa9",       // line and paragraph separators
      "\xf0\x9d\x84\x9e \xe4\xb8\xad",  // outside the basic plane; wide
      "null",
      "[1,2]",
      "%s%n?1:x@y$z",
      std::string(4096, '"'),
  };
  return texts.at(random() % texts.size());
}

std::optional<std::string> maybe_text(Random& random) {
  if (random() % 3 == 0) return std::nullopt;
  return text(random);
}

IpAddress address(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  for (auto& byte : bytes) byte = random() % 2 == 0 ? 0 : static_cast<std::uint8_t>(random());
  switch (random() % 4) {
    case 0:
      return {};
    case 1:
      return IpAddress::ipv4(std::span(bytes).first<4>());
    case 2:
      std::fill_n(bytes.begin(), 10, std::uint8_t{0});
      bytes[10] = bytes[11] = 0xff;  // IPv4-mapped
      return IpAddress::ipv6(bytes);
    default:
      return IpAddress::ipv6(bytes);
  }
}

Timestamp timestamp(Random& random) {
  return Timestamp{std::chrono::milliseconds{random() * 999ULL}};
}

Scope scope(Random& random) {
  const auto kind = static_cast<ScopeKind>(random() % 4);
  if (kind == ScopeKind::host) return {};
  const bool has_name = kind == ScopeKind::named || random() % 2 == 0;
  return {kind, has_name ? "x" + text(random) : ""};
}

NetNamespace netns(Random& random) {
  NetNamespace result{.id = number<std::uint64_t>(random),
                      .cookie = number<std::uint64_t>(random),
                      .scope = scope(random)};
  for (auto i = random() % 3; i > 0; --i) result.containers.push_back(text(random));
  for (auto i = random() % 3; i > 0; --i) {
    result.devices.push_back({number<std::uint32_t>(random), text(random)});
  }
  result.ephemeral_ports = {number<std::uint16_t>(random), number<std::uint16_t>(random)};
  return result;
}

Script script(Random& random) {
  return {.kind = static_cast<ScriptKind>(random() % 3),
          .name = text(random),
          .sha256 = maybe_text(random),
          .claimed = random() % 2 == 0};
}

Code code(Random& random) {
  Code result{.exe_mapped = random() % 2 == 0, .anonymous = random() % 2 == 0};
  for (auto i = random() % 3; i > 0; --i) {
    result.foreign.push_back({text(random), random() % 2 == 0, maybe_text(random)});
  }
  for (auto i = random() % 3; i > 0; --i) result.loader.push_back({text(random), text(random)});
  return result;
}

Credentials credentials(Random& random) {
  Credentials result{.real_uid = number<std::uint32_t>(random),
                     .saved_uid = number<std::uint32_t>(random),
                     .capabilities = number<std::uint64_t>(random),
                     .own_user_namespace = random() % 2 == 0};
  for (auto i = random() % 4; i > 0; --i) result.groups.push_back(number<std::uint32_t>(random));
  return result;
}

Process process(Random& random, std::size_t processes) {
  Process result{
      .pid = number<std::uint32_t>(random),
      .namespaced_pid = number<std::uint32_t>(random),
      .start_ticks = number<std::uint64_t>(random),
      .started_at = timestamp(random),
      .name = text(random),
      .comm = text(random),
      .exe = maybe_text(random),
      .exe_deleted = random() % 2 == 0,
      .exe_sha256 = maybe_text(random),
      .exe_protected = random() % 2 == 0,
      .exe_elsewhere = random() % 2 == 0,
      .interpreter = random() % 2 == 0,
      .cmdline = maybe_text(random),
      .user = text(random),
      .unit = text(random),
      .has_socket_unit = random() % 2 == 0,
      .container = text(random),
  };
  if (random() % 2 == 0) result.exe_changed_at = timestamp(random);
  if (random() % 2 == 0) result.script = script(random);
  if (random() % 2 == 0) result.code = code(random);
  if (random() % 2 == 0) result.credentials = credentials(random);
  if (random() % 2 == 0) result.parent = below(random, processes);
  if (random() % 2 == 0) result.uid = number<std::uint32_t>(random);
  return result;
}

Socket socket(Random& random, std::size_t namespaces) {
  Socket result{
      .cookie = number<std::uint64_t>(random),
      .inode = number<std::uint32_t>(random),
      .netns = below(random, namespaces),
      .protocol = static_cast<Protocol>(random() % 6),
      .state = static_cast<State>(random() % 14),
      .owner_state = static_cast<OwnerState>(random() % 9),
      .presence = static_cast<Presence>(random() % 3),
      .local = {address(random), number<std::uint16_t>(random)},
      .remote = {address(random), number<std::uint16_t>(random)},
      .device_index = number<std::uint32_t>(random),
      .link_protocol = number<std::uint16_t>(random),
  };
  if (random() % 2 == 0) result.uid = number<std::uint32_t>(random);
  if (random() % 2 == 0) result.v6only = random() % 2 == 0;
  if (random() % 2 == 0) result.port_choice = static_cast<PortChoice>(random() % 3);
  return result;
}

HiddenSocket hidden_socket(Random& random, std::size_t namespaces, std::size_t processes) {
  HiddenSocket result{.netns = below(random, namespaces),
                      .protocol = static_cast<Protocol>(random() % 6),
                      .state = static_cast<State>(random() % 14),
                      .local = {address(random), number<std::uint16_t>(random)},
                      .remote = {address(random), number<std::uint16_t>(random)},
                      .inode = number<std::uint32_t>(random),
                      .seen_in = static_cast<View>(random() % 3),
                      .missing_from = static_cast<View>(random() % 3)};
  if (processes > 0 && random() % 2 == 0) result.process = below(random, processes);
  return result;
}

Gap gap(Random& random) {
  Gap result{.code = static_cast<GapCode>(random() % 19),
             .reason = text(random),
             .count = number<std::uint64_t>(random)};
  if (random() % 2 == 0) result.scope = scope(random);
  if (random() % 2 == 0) result.protocol = static_cast<Protocol>(random() % 6);
  return result;
}

SnapshotInfo info(Random& random) {
  SnapshotInfo result{
      .label = text(random),
      .ticket = text(random),
      .note = text(random),
      .host_name = text(random),
      .machine_id = text(random),
      .boot_id = text(random),
      .kernel = text(random),
      .netmon_version = text(random),
      .user = {number<std::uint32_t>(random), text(random)},
      .privilege = static_cast<Privilege>(random() % 3),
      .netns = static_cast<NetnsSelection>(random() % 2),
      .owner_method = OwnerMethod::bpf,
      .started_at = timestamp(random),
      .finished_at = timestamp(random),
  };
  if (random() % 2 == 0) result.sudo_user = User{number<std::uint32_t>(random), text(random)};
  if (random() % 2 == 0) result.login_user = User{number<std::uint32_t>(random), text(random)};
  return result;
}

void add_socket(Snapshot& snapshot, Socket socket, const std::vector<Owner>& owners) {
  socket.first_owner = static_cast<std::uint32_t>(snapshot.owners.size());
  socket.owner_count = static_cast<std::uint32_t>(owners.size());
  snapshot.owners.insert(snapshot.owners.end(), owners.begin(), owners.end());
  snapshot.sockets.push_back(socket);
}

void add_span(Snapshot& snapshot, Random& random) {
  snapshot.info.span = {std::chrono::milliseconds{number<std::int64_t>(random)},
                        number<std::uint32_t>(random)};
  for (std::size_t i = 0; i < snapshot.sockets.size(); ++i) {
    snapshot.sightings.push_back({timestamp(random), timestamp(random),
                                  number<std::uint32_t>(random), number<std::uint32_t>(random)});
  }
  snapshot.event_proofs.push_back({.witness = EventWitness::canary,
                                   .kind = EventKind::listen,
                                   .netns_id = number<std::uint32_t>(random),
                                   .at_least = number<std::uint32_t>(random),
                                   .at_most = number<std::uint32_t>(random),
                                   .seen = number<std::uint32_t>(random)});
  for (std::uint32_t processor = 0; processor < 3; ++processor) {
    snapshot.event_counts.push_back({.kind = EventKind::send,
                                     .processor = processor,
                                     .seen = number<std::uint32_t>(random),
                                     .stored = number<std::uint32_t>(random),
                                     .outside = number<std::uint32_t>(random),
                                     .dropped_program = number<std::uint32_t>(random),
                                     .dropped_all = number<std::uint32_t>(random)});
  }
}

}  // namespace

Snapshot hostile_snapshot(unsigned seed) {
  Random random(seed);
  Snapshot snapshot;
  snapshot.info = info(random);
  const auto processes = random() % 7;
  for (auto i = 1 + random() % 3; i > 0; --i) snapshot.namespaces.push_back(netns(random));
  for (auto i = processes; i > 0; --i) snapshot.processes.push_back(process(random, processes));
  // More rows than one statement inserts, and not a multiple of that.
  for (auto i = random() % 150; i > 0; --i) {
    std::vector<Owner> owners;
    for (auto n = processes == 0 ? 0 : random() % 4; n > 0; --n) {
      owners.push_back(
          {below(random, processes), number<std::uint32_t>(random), number<std::int32_t>(random)});
    }
    add_socket(snapshot, socket(random, snapshot.namespaces.size()), owners);
  }
  for (auto i = random() % 4; i > 0; --i) snapshot.gaps.push_back(gap(random));
  for (auto i = random() % 40; i > 0; --i) {
    snapshot.hidden.push_back(hidden_socket(random, snapshot.namespaces.size(), processes));
  }
  if (random() % 2 == 0) add_span(snapshot, random);
  return snapshot;
}

}  // namespace netmon::test
