#include "fixtures.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <stdexcept>

#include "netmon/store/store.h"

namespace netmon::test {
namespace {

namespace fs = std::filesystem;

using Random = std::mt19937;

template <typename T>
T number(Random& random) {
  constexpr std::array kEdges{T{0}, T{1}, std::numeric_limits<T>::max(),
                              std::numeric_limits<T>::min(),
                              static_cast<T>(std::numeric_limits<T>::max() / 2 + 1)};
  return kEdges.at(random() % kEdges.size());
}

// Below `limit`, which is not 0.
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

TempFolder::TempFolder() {
  std::string name = fs::temp_directory_path() / "netmon-store-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Snapshot small_snapshot(const std::string& label) {
  const IpAddress any{.family = Family::ipv4};
  const IpAddress peer = *parse_ip_address("192.0.2.7");
  const IpAddress any6{.family = Family::ipv6};
  Snapshot snapshot;
  snapshot.info.label = label;
  snapshot.info.host_name = "db1";
  snapshot.info.started_at = *parse_timestamp("2026-03-02T19:45:00.123Z");
  snapshot.info.finished_at = *parse_timestamp("2026-03-02T19:45:00.456Z");
  snapshot.namespaces = {{.id = 4026531840, .containers = {"c1"}, .devices = {{2, "eth0"}}}};
  snapshot.processes = {
      {.pid = 1, .name = "systemd", .comm = "systemd", .user = "root"},
      {.pid = 80, .parent = 0, .name = "nginx", .comm = "nginx", .user = "www-data"},
      {.pid = 81, .parent = 1, .name = "nginx", .comm = "nginx", .user = "www-data"}};
  add_socket(
      snapshot,
      {.cookie = 11, .state = State::listen, .owner_state = OwnerState::held, .local = {any, 443}},
      {{1, 0, 6}, {2, 0, 6}});
  add_socket(snapshot,
             {.cookie = 12,
              .protocol = Protocol::udp,
              .state = State::unconnected,
              .owner_state = OwnerState::held,
              .local = {any6, 53},
              .device_index = 2},
             {{1, 77, 7}});
  add_socket(snapshot,
             {.cookie = 13,
              .state = State::established,
              .owner_state = OwnerState::held,
              .local = {any, 443},
              .remote = {peer, 50000}},
             {{2, 0, 9}});
  add_socket(snapshot,
             {.cookie = 14,
              .state = State::time_wait,
              .owner_state = OwnerState::time_wait,
              .local = {any, 443},
              .remote = {peer, 50001}},
             {});
  snapshot.gaps = {{.code = GapCode::protocol_not_answered,
                    .scope = Scope{},
                    .protocol = Protocol::packet,
                    .reason = "Permission denied",
                    .count = 1}};
  return snapshot;
}

Snapshot full_snapshot(const std::string& label) {
  Snapshot snapshot = small_snapshot(label);
  snapshot.info.sudo_user = User{1000, "admin"};
  snapshot.info.login_user = User{1000, "admin"};
  Process& nginx = snapshot.processes[1];
  nginx.exe = "/usr/sbin/nginx";
  nginx.exe_changed_at = snapshot.info.started_at;
  nginx.uid = 33;
  nginx.exe_sha256 = std::string(64, 'a');
  nginx.script = Script{.kind = ScriptKind::file,
                        .name = "/srv/app.py",
                        .sha256 = std::string(64, 'b'),
                        .claimed = false};
  nginx.code = Code{.anonymous = true,
                    .foreign = {{"/memfd:x", false, std::nullopt}, {"/tmp/x.so", true, "c"}},
                    .loader = {{"LD_PRELOAD", "/tmp/x.so"}}};
  nginx.credentials = Credentials{.real_uid = 33,
                                  .saved_uid = 33,
                                  .groups = {4, 27, 33},
                                  .capabilities = 0x400,
                                  .own_user_namespace = false};
  nginx.cmdline = "nginx -g 'daemon off;'";
  snapshot.sockets[1].port_choice = PortChoice::program;
  snapshot.sockets[1].v6only = true;
  snapshot.sockets[1].uid = 33;
  snapshot.info.span = {.every = std::chrono::milliseconds{500}, .samples = 9};
  snapshot.forwards = {{.netns = 0,
                        .protocol = Protocol::tcp,
                        .address = parse_ip_address("0.0.0.0").value(),
                        .ports = {8080, 8081},
                        .device = "eth0",
                        .target = "10.0.0.5:80",
                        .when = "ip saddr 10.0.0.0/8"}};
  snapshot.reach = {{0, ReachKind::setting, "net.ipv4.ip_forward", "1"}};
  for (const Socket& socket : snapshot.sockets) {
    snapshot.sightings.push_back({.first_seen = snapshot.info.started_at,
                                  .last_seen = snapshot.info.finished_at,
                                  .samples = static_cast<std::uint32_t>(socket.cookie % 9)});
  }
  snapshot.event_counts = {{.kind = EventKind::accept,
                            .processor = 1,
                            .seen = 10,
                            .stored = 4,
                            .outside = 3,
                            .dropped_program = 2,
                            .dropped_all = 1}};
  snapshot.event_proofs = {{.witness = EventWitness::counter,
                            .kind = EventKind::connect,
                            .netns_id = 4026531840,
                            .at_least = 5,
                            .at_most = 7,
                            .seen = 6}};
  snapshot.hidden = {{.state = State::listen,
                      .local = {IpAddress{.family = Family::ipv4}, 31337},
                      .inode = 99,
                      .process = 2,
                      .seen_in = View::bpf,
                      .missing_from = View::netlink}};
  return snapshot;
}

Snapshot hostile_snapshot(unsigned seed) {
  Random random(seed);
  Snapshot snapshot;
  snapshot.info = info(random);
  const auto processes = random() % 7;
  for (auto i = 1 + random() % 3; i > 0; --i) snapshot.namespaces.push_back(netns(random));
  for (auto i = processes; i > 0; --i) snapshot.processes.push_back(process(random, processes));
  // More than one statement's rows, and not a multiple of them.
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

Snapshot large_snapshot(std::uint32_t sockets) {
  Snapshot snapshot = small_snapshot("large");
  for (std::uint32_t i = 0; i < sockets; ++i) {
    Socket socket{.cookie = 1000 + i, .state = State::established};
    socket.local = {*parse_ip_address("192.0.2.1"), static_cast<std::uint16_t>(i)};
    add_socket(snapshot, socket, {{i % 3, 0, static_cast<std::int32_t>(i)}});
  }
  return snapshot;
}

void execute(const fs::path& database, const std::string& sql) {
  SQLite::Database(database.string(), SQLite::OPEN_READWRITE).exec(sql);
}

void tamper(const fs::path& path, const std::string& sql) {
  SQLite::Database database(path.string(), SQLite::OPEN_READWRITE);
  std::string drop;
  std::string create;
  SQLite::Statement triggers(database,
                             "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'");
  while (triggers.executeStep()) {
    drop += "DROP TRIGGER " + triggers.getColumn(0).getString() + ";";
    create += triggers.getColumn(1).getString() + ";";
  }
  triggers.reset();
  database.exec("BEGIN; PRAGMA foreign_keys = OFF;" + drop + sql + ";" + create + "COMMIT");
}

std::string query(const fs::path& database, const std::string& sql) {
  return SQLite::Database(database.string()).execAndGet(sql).getString();
}

fs::path interrupted_database(const TempFolder& folder) {
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(small_snapshot("pre-change"));
  auto copy = folder / "copy" / "netmon.db";
  fs::create_directory(copy.parent_path());
  SQLite::Database writer(path.string(), SQLite::OPEN_READWRITE);
  writer.exec("PRAGMA cache_size = 1; DROP TRIGGER snapshot_delete; BEGIN IMMEDIATE");
  for (int i = 0; i < 200; ++i) {
    writer.exec(fmt::format("INSERT INTO gap VALUES (1, {}, 'x', NULL, NULL, '{}', 0)", i + 1,
                            std::string(500, 'x')));
  }
  fs::copy_file(path, copy);
  fs::copy_file(path.string() + "-journal", copy.string() + "-journal");
  writer.exec("ROLLBACK");
  return copy;
}

void write_file(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string read_file(const fs::path& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

std::string failure(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return fmt::format("{} {}", static_cast<int>(error.exit_code()), error.what());
  }
  return "";
}

std::string in_child(const std::function<std::string()>& work) {
  std::array<int, 2> channel{};
  if (::pipe(channel.data()) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) {
    std::string answer;
    try {
      answer = work();
    } catch (const std::exception& exception) {
      answer = exception.what();
    }
    const auto written = ::write(channel[1], answer.data(), answer.size());
    ::_exit(written == static_cast<ssize_t>(answer.size()) ? 0 : 1);
  }
  ::close(channel[1]);
  std::string answer;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(channel[0], buffer.data(), buffer.size())) > 0;) {
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(channel[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? answer : "the child crashed: " + answer;
}

bool may_act_for_others() {
  const TempFolder folder;
  return ::geteuid() == 0 && ::lchown(folder.path().c_str(), kOtherUser, kOtherUser) == 0;
}

bool mount_tmpfs(const fs::path& folder, const std::string& options) {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", folder.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

}  // namespace netmon::test
