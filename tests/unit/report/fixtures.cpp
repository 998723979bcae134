#include "report/fixtures.h"

#include <fmt/format.h>

#include <utility>

namespace netmon::fixture {
namespace {

constexpr std::uint32_t kEth0 = 2;

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
  info.owner_method = "proc";
  info.started_at = at(taken);
  info.finished_at = info.started_at + std::chrono::milliseconds{250};
  return info;
}

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

std::vector<Process> processes() {
  const auto& hostile = hostile_texts();
  std::vector<Process> all{
      process(1, "systemd", "/usr/lib/systemd/systemd", "/sbin/init", "root"),
      process(812, "sshd", "/usr/sbin/sshd", "sshd: /usr/sbin/sshd -D", "root"),
      process(900, "nginx", "/usr/sbin/nginx", "nginx: master process", "root"),
      process(901, "nginx", "/usr/sbin/nginx", "nginx: worker process", "www-data")};
  all[1].unit = "ssh.service";
  for (std::size_t i = 1; i < all.size(); ++i) all[i].parent = 0;
  for (const auto& text : hostile) {
    const auto pid = static_cast<std::uint32_t>(7000 + all.size());
    all.push_back(process(pid, text, "/tmp/" + text, text + " --serve", "unknown"));
    all.back().parent = 1;
    all.back().exe_deleted = true;
  }
  return all;
}

// Adds sockets with their owners, in the order that a capture would have.
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
  builder.add(Protocol::udp, State::unconnected, {2}).local = endpoint("0.0.0.0", 40123);
  Socket& packet = builder.add(Protocol::packet, State::unconnected, {1});
  packet.device_index = kEth0;
  packet.link_protocol = 0x0800;
  builder.add(Protocol::tcp, State::bound, {2}).local = endpoint("127.0.0.1", 9000);
}

void add_hostile_sockets(Builder& builder) {
  for (std::uint32_t i = 0; i < hostile_texts().size(); ++i) {
    builder.listen("0.0.0.0", static_cast<std::uint16_t>(31337 + i), {4 + i});
    builder.snapshot().sockets.back().netns = i % 3;
  }
}

Change change(ChangeKind kind, Severity severity, Role role, std::string message) {
  Change change;
  change.fingerprint = "00000000000000a" + std::to_string(static_cast<unsigned>(kind) % 10);
  change.kind = kind;
  change.severity = severity;
  change.role = role;
  change.message = std::move(message);
  change.sockets_after = 1;
  return change;
}

ProcessSummary summary(std::uint32_t pid, std::string name, std::string exe, std::string user) {
  ProcessSummary summary;
  summary.pid = pid;
  summary.cmdline = name + " -m server";
  summary.name = std::move(name);
  summary.exe = std::move(exe);
  summary.user = std::move(user);
  summary.unit = "app.service";
  summary.started_at = at("2026-03-02T20:01:02.003Z");
  summary.parents = {"bash", "sshd"};
  return summary;
}

Change new_listener() {
  Change added = change(ChangeKind::listener_added, Severity::high, Role::listener,
                        "new listener: tcp 0.0.0.0:31337 python3 (pid 7821, root, "
                        "/usr/bin/python3.11)");
  added.addresses = {"0.0.0.0", "::"};
  added.port = 31337;
  added.process = summary(7821, "python3", "/usr/bin/python3.11", "root");
  added.shared_with = {"nginx"};
  return added;
}

Change new_peer() {
  Change added = change(ChangeKind::outbound_added, Severity::high, Role::outbound,
                        "new outbound peer: tcp 185.220.101.5:4444 python3 (pid 7821, root)");
  added.remote = Peer{"185.220.101.5", 4444};
  added.process = summary(7821, "python3", "/usr/bin/python3.11", "root");
  return added;
}

Change hostile_listener(const std::string& text, std::uint16_t port) {
  Change added = change(ChangeKind::listener_added, Severity::high, Role::listener,
                        "new listener: tcp 127.0.0.1:" + std::to_string(port) + " " + text);
  added.scope = {ScopeKind::named, text};
  added.addresses = {"127.0.0.1"};
  added.port = port;
  added.process = summary(9000, text, "/tmp/" + text, text);
  added.process->exe_deleted = true;
  added.process->cmdline = text;
  added.process->container = "4f1c" + text;
  return added;
}

Change widened() {
  Change widened = change(ChangeKind::exposure_widened, Severity::medium, Role::listener,
                          "exposure widened: tcp 10.0.0.5:5432 postgres");
  widened.addresses = {"10.0.0.5"};
  widened.port = 5432;
  widened.process = summary(640, "postgres", "/usr/lib/postgresql/15/bin/postgres", "postgres");
  widened.attributes = {{"bind", {"127.0.0.1"}, {"10.0.0.5", "127.0.0.1"}}};
  return widened;
}

Change new_executable() {
  Change changed = change(ChangeKind::executable_changed, Severity::high, Role::outbound,
                          "executable changed: tcp [2001:db8::7]:443 agent");
  changed.remote = Peer{"2001:db8::7", 443};
  changed.process = summary(650, "agent", "/tmp/agent", "agent");
  changed.attributes = {
      {"exe",
       {"/opt/vendor/agent/releases/2025-11-30/lib/exec/agent-with-a-long-name/bin/agent"},
       {"/tmp/agent"}}};
  return changed;
}

Change nameless_raw() {
  Change added = change(ChangeKind::raw_added, Severity::high, Role::raw,
                        "new raw socket: packet eth0:0x0003 (process not visible)");
  added.protocol = Protocol::packet;
  added.addresses = {"eth0"};
  added.port = 3;
  added.no_process = "process not visible";
  return added;
}

Change inbound_gone() {
  Change gone = change(ChangeKind::inbound_removed, Severity::notice, Role::inbound,
                       "inbound peer gone: tcp 198.51.100.7 → port 443 nginx (pid 900)");
  gone.port = 443;
  gone.remote = Peer{"198.51.100.7", std::nullopt};
  gone.process = summary(900, "nginx", "/usr/sbin/nginx", "www-data");
  gone.sockets_before = 3;
  gone.sockets_after = 0;
  return gone;
}

Change promised_listener() {
  Change promised =
      change(ChangeKind::listener_added, Severity::medium, Role::listener,
             "expected, not seen: listener-added protocol tcp port 8444 (CHG-1042.toml:19: "
             "second API endpoint)");
  promised.port = 8444;
  promised.sockets_after = 0;
  return promised;
}

Change new_endpoint(std::uint16_t port) {
  Change added = change(ChangeKind::listener_added, Severity::medium, Role::listener,
                        "new listener: tcp 10.0.0.5:" + std::to_string(port) +
                            " nginx (pid 900, root, /usr/sbin/nginx)");
  added.addresses = {"10.0.0.5"};
  added.port = port;
  added.process = summary(900, "nginx", "/usr/sbin/nginx", "root");
  added.process->exe_sha256 = std::string(64, '5');
  return added;
}

Change resolver(std::string address) {
  Change added = change(ChangeKind::outbound_added, Severity::medium, Role::outbound,
                        "new outbound peer: udp " + address + ":53 resolver (pid 333, resolve)");
  added.protocol = Protocol::udp;
  added.remote = Peer{std::move(address), 53};
  added.process = summary(333, "resolver", "/usr/lib/resolver", "resolve");
  return added;
}

Rule rule(std::uint32_t line, std::string reason) {
  Rule rule;
  rule.reason = std::move(reason);
  rule.approved_by = "change-board";
  rule.ticket = "CHG-1042";
  rule.file = "CHG-1042.toml";
  rule.line = line;
  return rule;
}

std::vector<RuleOutcome> rules() {
  Rule endpoint = rule(3, "new API endpoint");
  endpoint.expires = at("2026-12-01T00:00:00Z");
  Rule trial = rule(11, "trial of the database port on the private network");
  trial.expires = at("2026-03-01T00:00:00Z");
  Rule second = rule(19, "second API endpoint");
  second.required = true;
  Rule resolvers = rule(2, "the resolver asks what it is told to ask");
  resolvers.ticket.clear();
  resolvers.file = "/etc/netmon/standing.toml";
  resolvers.approved_by.clear();
  Rule no_tor = resolvers;
  no_tor.kind = RuleKind::forbid;
  no_tor.reason = "no connection to a Tor exit";
  no_tor.line = 9;
  Rule idle = rule(27, "metrics port of the new release");
  return {{endpoint, 1}, {trial, 1}, {second, 0}, {resolvers, 2}, {no_tor, 1}, {idle, 0}};
}

PictureItem listens(std::string address, std::uint16_t port, std::string process) {
  PictureItem item;
  item.port = port;
  item.addresses = {std::move(address)};
  item.process = std::move(process);
  return item;
}

PictureItem connects(Role role, std::string address, std::uint16_t port, std::string process) {
  PictureItem item;
  item.role = role;
  item.peer = std::move(address);
  (role == Role::outbound ? item.peer_port : item.port) = port;
  item.process = std::move(process);
  return item;
}

PictureItem marked(PictureItem item, Mark mark, std::optional<Status> status) {
  item.mark = mark;
  item.status = status;
  return item;
}

Change containers_changed() {
  Change changed = change(ChangeKind::containers_changed, Severity::notice, Role::client,
                          "containers changed: udp client (held by no process)");
  changed.scope = {ScopeKind::container, {}};
  changed.protocol = Protocol::udp;
  changed.no_process = "held by no process";
  changed.containers = 4;
  changed.attributes = {{"containers", {}, {"1a2b", "3c4d"}}};
  return changed;
}

}  // namespace

const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> kTexts{
      "evil\x1b[31m",                              // an escape sequence
      "two\nlines\r\tand more",                    // a line of its own
      "=cmd|'/C calc'!A0",                         // a formula
      "\u202egnp.exe\u202c\u200b\u0085\u2028end",  // bidi, zero-width, C1 and a line separator
      std::string("bad\xff\xc3(\x7f", 7),          // invalid UTF-8 and DEL
      "a \"quoted\", name",                        // what CSV has to quote
      "<script>alert(1)</script>",                 // markup
      " @SUM(1+1)",                                // a formula behind a space
      "\uff1dcmd",                                 // a full-width formula
      "データベース",                              // harmless, and two columns a letter
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
  snapshot.namespaces = {
      {4026531840, {}, {}, {}, {{kEth0, "eth0"}}},
      {4026532300, {ScopeKind::named, hostile_texts()[3]}, {}, {}, {}},
      {4026532400, {ScopeKind::container, {}}, {std::string(64, 'c')}, {1024, 65535}, {}}};
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

Review clean_review() {
  Review review;
  review.before = info(1, "pre-change", "2026-03-02T19:45:00.123Z");
  review.after = info(2, "post-change", "2026-03-02T20:15:30Z");
  return review;
}

Review inconclusive_review() {
  Review review = clean_review();
  review.before = {};
  review.after.id.reset();
  review.after.label.clear();
  review.after.digest.clear();
  review.after.privilege = Privilege::user;
  review.gaps_after = {
      {GapCode::owners_not_visible, Scope{}, std::nullopt, "Permission denied", 12}};
  review.caveats = {{"owners-not-visible", Side::after, Weight::decisive, 12,
                     "12 sockets whose process this user may not see (Permission denied)"}};
  review.verdict = Verdict::inconclusive;
  review.exit_code = ExitCode::inconclusive;
  return review;
}

Review unapproved_review() {
  Review review = clean_review();
  review.after.note = "after " + hostile_texts()[1];
  std::vector<Change> gating{new_listener(), new_peer(), new_executable(), nameless_raw()};
  std::uint16_t port = 8000;
  for (const auto& text : hostile_texts()) gating.push_back(hostile_listener(text, port++));
  gating.push_back(widened());
  for (auto& change : gating) review.changes.push_back({std::move(change), Status::unapproved});
  review.changes.push_back({inbound_gone(), Status::notice});
  review.changes.push_back({containers_changed(), Status::notice});
  review.caveats = {
      {"netns-not-entered", Side::before, Weight::decisive, 1,
       "1 network namespace not entered in netns:" + hostile_texts()[1]},
      {"rebooted", Side::both, Weight::informational, 1, "the host was rebooted in between"}};
  review.summary = {.unapproved = review.changes.size() - 2, .notice = 2};
  review.verdict = Verdict::unapproved;
  review.exit_code = ExitCode::unapproved;
  return review;
}

Review decided_review() {
  Review review = clean_review();
  review.before.owner_method = "bpf";
  review.after.span = Span{std::chrono::seconds{1}, 60};
  review.gaps_before = {{GapCode::netns_not_entered, Scope{ScopeKind::named, "blue"}, std::nullopt,
                         "Operation not permitted", 1}};
  review.rules = rules();
  Change listener = new_listener();
  listener.process->exe_deleted = true;
  listener.process->exe_sha256 = std::string(64, 'e');
  const Timestamp since = at("2026-01-03T02:00:00Z");
  const Background never{Past{0, 41, since, {}, {}}, ""};
  const Background often{Past{12, 41, since, since, at("2026-02-01T02:00:00Z")},
                         "postgresql-15 15.6-0+deb12u1"};
  review.changes = {{listener, Status::unapproved, {}, {}, never},
                    {new_peer(), Status::unapproved, {}, 4, never},
                    {widened(), Status::expired, 1, {}, often},
                    {promised_listener(), Status::expected_missing, 2, {}, {}},
                    {new_endpoint(8443), Status::approved, 0, {}, {}},
                    {resolver("10.0.0.53"), Status::approved, 3, {}, {}},
                    {resolver("10.0.1.53"), Status::approved, 3, {}, {}},
                    {inbound_gone(), Status::notice, {}, {}, {}}};
  review.caveats = {
      {"netns-not-entered", Side::before, Weight::decisive, 1,
       "1 network namespace not entered in netns:blue (Operation not permitted)"},
      {"rebooted", Side::both, Weight::informational, 1, "the host was rebooted in between"},
      {"rule-matched-nothing", Side::both, Weight::informational, 1,
       "CHG-1042.toml:27: the rule matched nothing: metrics port of the new release"}};
  review.summary = {
      .unapproved = 2, .approved = 3, .expected_missing = 1, .expired = 1, .notice = 1};
  review.verdict = Verdict::unapproved;
  review.exit_code = ExitCode::unapproved;
  return review;
}

Picture decided_picture() {
  Picture picture;
  PictureItem many = connects(Role::inbound, "", 443, "nginx");
  many.peer.reset();
  many.count = 1204;
  PictureItem resolving = connects(Role::outbound, "10.0.0.53", 53, "resolver");
  resolving.protocol = Protocol::udp;
  PictureItem blue = listens("0.0.0.0", 8080, "app");
  blue.scope = {ScopeKind::named, "blue"};
  picture.items = {
      listens("0.0.0.0", 22, "sshd"),
      listens("10.0.0.5", 443, "nginx"),
      marked(listens("10.0.0.5", 5432, "postgres"), Mark::changed, Status::expired),
      marked(listens("10.0.0.5", 8443, "nginx"), Mark::added, Status::approved),
      marked(listens("0.0.0.0", 31337, "python3"), Mark::added, Status::unapproved),
      connects(Role::inbound, "10.0.0.9", 22, "sshd"),
      marked(connects(Role::inbound, "198.51.100.7", 443, "nginx"), Mark::removed, Status::notice),
      many,
      marked(resolving, Mark::added, Status::approved),
      connects(Role::outbound, "2001:db8:1111:2222:3333:4444:5555:6666", 5432, "app"),
      marked(connects(Role::outbound, "185.220.101.5", 4444, "python3"), Mark::added,
             Status::unapproved),
      marked(blue, Mark::unknown, std::nullopt)};
  picture.left_out = 3;
  return picture;
}

Review hostile_review() {
  Review review = clean_review();
  const auto& texts = markup_texts();
  const std::string all = fmt::format("{}", fmt::join(texts, " "));
  for (SnapshotInfo* info : {&review.before, &review.after}) {
    info->note = info->ticket = info->host_name = info->kernel = info->user.name = all;
    info->sudo_user->name = info->label = info->owner_method = info->digest = all;
  }
  Rule hostile = rule(1, all);
  hostile.approved_by = hostile.ticket = hostile.file = all;
  Rule idle = hostile;
  review.rules = {{hostile, 1}, {idle, 0}};
  std::uint16_t port = 9000;
  for (const auto& text : texts) {
    Change added = hostile_listener(text, port++);
    added.process->unit = added.process->parents[0] = text;
    added.shared_with = {text};
    added.attributes = {{"exe", {text}, {text, text}}};
    review.changes.push_back({added, Status::unapproved, {}, {}, {{}, text}});
  }
  Change silent = hostile_listener(all, port);
  silent.process.reset();
  silent.no_process = all;
  review.changes.push_back({silent, Status::approved, 0, 0, {}});
  review.caveats = {{"rebooted", Side::both, Weight::decisive, 1, all}};
  review.gaps_before = review.gaps_after = {
      {GapCode::netns_not_entered, Scope{ScopeKind::named, all}, std::nullopt, all, 1}};
  review.summary = {.unapproved = texts.size(), .approved = 1};
  review.verdict = Verdict::unapproved;
  review.exit_code = ExitCode::unapproved;
  return review;
}

Picture hostile_picture() {
  Picture picture;
  std::uint16_t port = 9000;
  for (const auto& text : markup_texts()) {
    PictureItem listener = marked(listens(text, port, text), Mark::added, Status::unapproved);
    listener.scope = {ScopeKind::named, text};
    PictureItem peer = connects(Role::inbound, text, port++, text);
    peer.scope = listener.scope;
    picture.items.push_back(listener);
    picture.items.push_back(peer);
  }
  return picture;
}

std::vector<Appearance> appearances() {
  Appearance listener;
  listener.host = "db1";
  listener.port = 443;
  listener.process = hostile_texts()[0];
  listener.first_snapshot = 1;
  listener.last_snapshot = 17;
  listener.first_seen = at("2026-01-03T02:00:00Z");
  listener.last_seen = at("2026-03-02T19:45:00.123Z");
  listener.snapshots = 12;
  listener.of = 41;
  Appearance peer = listener;
  peer.role = Role::outbound;
  peer.scope = {ScopeKind::named, hostile_texts()[1]};
  peer.port.reset();
  peer.remote = Peer{"2001:db8::7", 443};
  peer.process = hostile_texts()[2];
  Appearance inbound = listener;
  inbound.role = Role::inbound;
  inbound.remote = Peer{"198.51.100.7", std::nullopt};
  inbound.process.clear();
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
