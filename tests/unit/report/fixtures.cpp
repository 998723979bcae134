#include "report/fixtures.h"

#include <utility>

#include "report/fixture_parts.h"

namespace netmon::fixture {
namespace {

constexpr std::uint32_t kEth0 = 2;

Process process(std::uint32_t pid, const std::string& name, std::string exe, std::string cmdline,
                std::string user) {
  Process process;
  process.pid = pid;
  process.namespaced_pid = pid;
  process.start_ticks = std::uint64_t{pid} * 100;
  process.started_at = at("2026-03-01T08:00:00Z");
  process.name = name;
  process.comm = name.substr(0, 15);
  process.exe = std::move(exe);
  process.cmdline = std::move(cmdline);
  process.uid = user == "root" ? 0U : 1000U;
  process.user = std::move(user);
  return process;
}

// An interpreter whose environment tells it to load more code.
void run_hostile_code(Process& process, const std::string& text) {
  process.interpreter = true;
  process.exe_elsewhere = true;
  process.script = Script{ScriptKind::file, "/srv/" + text, std::string(64, '7'), false};
  process.code = Code{.exe_mapped = false,
                      .anonymous = true,
                      .foreign = {{"/dev/shm/" + text, true, std::nullopt}},
                      .loader = {{"LD_PRELOAD", "/dev/shm/" + text}}};
}

std::vector<Process> processes() {
  const auto& hostile = hostile_texts();
  std::vector<Process> all{
      process(1, "systemd", "/usr/lib/systemd/systemd", "/sbin/init", "root"),
      process(812, "sshd", "/usr/sbin/sshd", "sshd: /usr/sbin/sshd -D", "root"),
      process(900, "nginx", "/usr/sbin/nginx", "nginx: master process", "root"),
      process(901, "nginx", "/usr/sbin/nginx", "nginx: worker process", "www-data")};
  all[1].unit = "ssh.service";
  all[1].exe_sha256 = std::string(64, '5');
  all[1].exe_protected = true;
  all[1].exe_changed_at = at("2025-11-30T12:00:00Z");
  all[1].code = Code{};
  all[1].credentials = Credentials{0, 0, {0}, 0x1ffffffffff, false};
  all[3].credentials = Credentials{1000, 1000, {33, 1000}, 0x400, true};
  for (std::size_t i = 1; i < all.size(); ++i) all[i].parent = 0;
  for (const auto& text : hostile) {
    const auto pid = static_cast<std::uint32_t>(7000 + all.size());
    all.push_back(process(pid, text, "/tmp/" + text, text + " --serve", "unknown"));
    all.back().parent = 1;
    all.back().exe_deleted = true;
    run_hostile_code(all.back(), text);
  }
  return all;
}

// Adds sockets with their owners, in the order of a capture.
class Builder {
 public:
  explicit Builder(Snapshot snapshot) : snapshot_(std::move(snapshot)) {}

  Socket& add(Protocol protocol, State state, const std::vector<std::uint32_t>& owners) {
    Socket socket;
    socket.cookie = 0xffff000000001000U + snapshot_.sockets.size();
    socket.inode = static_cast<std::uint32_t>(50000 + snapshot_.sockets.size());
    socket.protocol = protocol;
    socket.state = state;
    socket.uid = 1000;
    socket.first_owner = static_cast<std::uint32_t>(snapshot_.owners.size());
    socket.owner_count = static_cast<std::uint32_t>(owners.size());
    socket.owner_state = owners.empty() ? OwnerState::no_process : OwnerState::held;
    std::int32_t fd = 3;
    for (const auto owner : owners) snapshot_.owners.push_back({owner, 0, fd++});
    snapshot_.sockets.push_back(socket);
    return snapshot_.sockets.back();
  }

  void listen(std::string_view address, std::uint16_t port,
              const std::vector<std::uint32_t>& owners) {
    add(Protocol::tcp, State::listen, owners).local = endpoint(address, port);
  }

  Socket& connect(const Endpoint& local, const Endpoint& remote,
                  const std::vector<std::uint32_t>& owners) {
    Socket& socket = add(Protocol::tcp, State::established, owners);
    socket.local = local;
    socket.remote = remote;
    return socket;
  }

  Snapshot& snapshot() { return snapshot_; }

 private:
  Snapshot snapshot_;
};

void add_ordinary_sockets(Builder& builder) {
  builder.listen("0.0.0.0", 22, {1});
  builder.listen("::", 22, {1});
  builder.snapshot().sockets.back().v6only = true;
  builder.listen("10.0.0.5", 443, {2, 3});
  builder.snapshot().sockets.back().port_choice = PortChoice::program;
  builder.snapshot().owners.back().thread = 905;
  builder.connect(endpoint("10.0.0.5", 22), endpoint("10.0.0.9", 51000), {1});
  builder.connect(endpoint("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", 40000),
                  endpoint("2001:db8:1111:2222:3333:4444:5555:6666", 65535), {3});
  Socket& local = builder.connect(endpoint("fe80::1", 40001), endpoint("fe80::2", 5432), {});
  local.device_index = kEth0;
  local.owner_state = OwnerState::not_permitted;
  Socket& closed = builder.connect(endpoint("10.0.0.5", 443), endpoint("198.51.100.7", 50123), {});
  closed.state = State::time_wait;
  closed.owner_state = OwnerState::time_wait;
  closed.inode = 0;
  closed.uid.reset();
  Socket& client = builder.add(Protocol::udp, State::unconnected, {2});
  client.local = endpoint("0.0.0.0", 40123);
  client.port_choice = PortChoice::kernel;
  Socket& packet = builder.add(Protocol::packet, State::unconnected, {1});
  packet.device_index = kEth0;
  packet.link_protocol = 0x0800;
  builder.add(Protocol::tcp, State::bound, {2}).local = endpoint("127.0.0.1", 9000);
}

void add_hostile_sockets(Builder& builder) {
  for (std::uint32_t i = 0; i < hostile_texts().size(); ++i) {
    builder.listen("0.0.0.0", static_cast<std::uint16_t>(31337 + i), {4 + i});
    builder.snapshot().sockets.back().netns = i % 3;
    builder.snapshot().sockets.back().port_choice = PortChoice::kernel;
  }
}

}  // namespace

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

Endpoint endpoint(std::string_view address, std::uint16_t port) {
  return {parse_ip_address(address).value(), port};
}

SnapshotInfo info(std::int64_t id, std::string label, std::string_view taken) {
  SnapshotInfo info;
  info.id = id;
  info.label = std::move(label);
  info.digest = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
  info.ticket = "CHG-1042";
  info.host_name = "db1";
  info.machine_id = "0f6b3b1f4c5d4e0e9a53c2a4f9f1b7aa";
  info.boot_id = "6c9ad3a6-1d1c-4f7e-8f55-6d9f5f0e3a11";
  info.kernel = "6.1.0-18-amd64";
  info.netmon_version = "0.1.0";
  info.user = {0, "root"};
  info.sudo_user = User{1000, "audit"};
  info.login_user = User{1000, "audit"};
  info.privilege = Privilege::root;
  info.started_at = at(taken);
  info.finished_at = info.started_at + std::chrono::milliseconds{250};
  return info;
}

const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> kTexts{
      "evil\x1b[31m",                              // an escape sequence
      "two\nlines\r\tand more",                    // line breaks
      "=cmd|'/C calc'!A0",                         // a formula
      "\u202egnp.exe\u202c\u200b\u0085\u2028end",  // bidi, zero-width, C1 and a line separator
      std::string("bad\xff\xc3(\x7f", 7),          // invalid UTF-8 and DEL
      "a \"quoted\", name",                        // text that CSV has to quote
      "<script>alert(1)</script>",                 // markup
      " @SUM(1+1)",                                // a formula behind a space
      "\uff1dcmd",                                 // a full-width formula
      "データベース",                              // harmless; each letter takes two columns
  };
  return kTexts;
}

const std::vector<std::string>& markup_texts() {
  static const std::vector<std::string> kTexts{
      "\"><img src=x onerror=alert(1)>",
      "</code></style></title><script>document.body.id='owned'</script>",
      "' onmouseover='document.body.id=1",
      "[x](javascript:alert(1)) ![y](http://evil.example/y.png)",
      "@everyone #1 !2 http://evil.example www.evil.example a@evil.example",
      "a|b\\|c`d``e\\`f| ** _x_ ~~",
      "&lt;b&gt; &#60; {0} {{x}} ${y}",
      "<!-- --> ]]> \n# heading\n\u202e",
  };
  return kTexts;
}

Snapshot snapshot() {
  Snapshot snapshot;
  snapshot.info = info(17, "pre-change", "2026-03-02T19:45:00.123Z");
  snapshot.info.note = "before " + hostile_texts()[0];
  snapshot.namespaces = {{4026531840, 1, {}, {}, {}, {{kEth0, "eth0"}}},
                         {4026532300, 4098, {ScopeKind::named, hostile_texts()[3]}, {}, {}, {}},
                         {4026532400,
                          0,
                          {ScopeKind::container, hostile_texts()[2]},
                          {std::string(64, 'c')},
                          {1024, 65535},
                          {}}};
  snapshot.processes = processes();
  snapshot.gaps = {{GapCode::owners_not_visible, Scope{}, std::nullopt, "Permission denied", 1},
                   {GapCode::netns_not_entered, Scope{ScopeKind::named, hostile_texts()[0]},
                    std::nullopt, "Operation not permitted: " + hostile_texts()[1], 2},
                   {GapCode::protocol_not_answered, std::nullopt, Protocol::raw, "", 1}};
  Builder builder(std::move(snapshot));
  add_ordinary_sockets(builder);
  add_hostile_sockets(builder);
  return std::move(builder.snapshot());
}

std::vector<Appearance> appearances() {
  Appearance listener;
  listener.host = "db1";
  listener.identity.port = 443;
  listener.identity.program = hostile_texts()[0];
  listener.first_snapshot = 1;
  listener.last_snapshot = 17;
  listener.first_seen = at("2026-01-03T02:00:00Z");
  listener.last_seen = at("2026-03-02T19:45:00.123Z");
  listener.snapshots = 12;
  listener.of = 41;
  Appearance peer = listener;
  peer.identity.role = Role::outbound;
  peer.identity.scope = {ScopeKind::named, hostile_texts()[1]};
  peer.identity.port.reset();
  peer.identity.remote = Peer{"2001:db8::7", 443};
  peer.identity.program = hostile_texts()[2];
  Appearance inbound = listener;
  inbound.identity.role = Role::inbound;
  inbound.identity.remote = Peer{"198.51.100.7", std::nullopt};
  inbound.identity.program.clear();
  return {listener, peer, inbound};
}

std::vector<SnapshotSummary> summaries() {
  SnapshotSummary first{info(16, "nightly", "2026-03-01T02:00:00Z"), 812, 40, 33, 3, 0};
  first.info.sudo_user.reset();
  first.info.login_user.reset();
  first.info.ticket.clear();
  SnapshotSummary second{info(17, "pre-change", "2026-03-02T19:45:00.123Z"), 40123, 51, 510, 12, 2};
  second.info.note = "note with " + hostile_texts()[0] + " and, a comma";
  second.info.ticket = hostile_texts()[2];
  second.info.user = {1000, hostile_texts()[1]};
  second.info.privilege = Privilege::user;
  return {first, second};
}

std::vector<Finding> findings() {
  return {{"TCP sockets", Visibility::full, "sock_diag answers for IPv4 and IPv6", ""},
          {"owners", Visibility::partial,
           "the processes of 3 of 12 users can be read, among them " + hostile_texts()[0] +
               "; the sockets of all others are listed without a process name",
           "sudo netmon capture --label LABEL"},
          {"network namespaces", Visibility::none, "setns(2): Operation not permitted",
           "sudo setcap cap_sys_admin,cap_sys_ptrace,cap_dac_read_search+ep /usr/bin/netmon"}};
}

}  // namespace netmon::fixture
