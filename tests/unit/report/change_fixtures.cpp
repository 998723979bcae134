#include "report/change_fixtures.h"

#include <fmt/format.h>

#include <utility>

#include "report/fixture_parts.h"

namespace netmon::fixture {
Change change(ChangeKind kind, Severity severity, Role role, std::string message) {
  Change change;
  change.fingerprint = fmt::format("n00000000000000{:02x}", static_cast<unsigned>(kind));
  change.kind = kind;
  change.severity = severity;
  change.identity.role = role;
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
  summary.uid = user == "root" ? 0U : 1000U;
  summary.user = std::move(user);
  summary.unit = "app.service";
  summary.started_at = at("2026-03-02T20:01:02.003Z");
  summary.parents = {"bash", "sshd"};
  summary.parent_pid = 7000;
  return summary;
}

// Sets the holders; the first one represents them.
void hold(Change& change, std::vector<ProcessSummary> holders) {
  change.process = holders.front();
  change.identity.program = holders.front().name;
  change.holders = std::move(holders);
}

ProcessSummary nginx() { return summary(900, "nginx", "/usr/sbin/nginx", "www-data"); }

ProcessSummary python() {
  ProcessSummary python = summary(7821, "python3", "/usr/bin/python3.11", "root");
  python.script = Script{ScriptKind::file, "/srv/app.py", std::string(64, 'a'), false};
  return python;
}

void listens_on(Change& change, std::vector<std::string> addresses, std::uint16_t port) {
  change.addresses = std::move(addresses);
  change.port = change.identity.port = port;
}

Change new_listener() {
  Change added = change(ChangeKind::listener_added, Severity::high, Role::listener,
                        "new listener: tcp 0.0.0.0:31337 python3 (pid 7821, root, "
                        "/usr/bin/python3.11); also held by nginx (pid 900, www-data)");
  listens_on(added, {"0.0.0.0", "::"}, 31337);
  hold(added, {python(), nginx()});
  return added;
}

Change new_peer() {
  Change added = change(ChangeKind::outbound_added, Severity::high, Role::outbound,
                        "new outbound peer: tcp 185.220.101.5:4444 python3 (pid 7821, root)");
  added.identity.remote = Peer{"185.220.101.5", 4444};
  hold(added, {python()});
  return added;
}

Change hostile_listener(const std::string& text, std::uint16_t port) {
  Change added = change(ChangeKind::listener_added, Severity::high, Role::listener,
                        "new listener: tcp 127.0.0.1:" + std::to_string(port) + " " + text);
  added.identity.scope = {ScopeKind::named, text};
  listens_on(added, {"127.0.0.1"}, port);
  ProcessSummary process = summary(9000, text, "/tmp/" + text, text);
  process.exe_deleted = true;
  process.exe_elsewhere = true;
  process.cmdline = text;
  process.container = "4f1c" + text;
  process.script = Script{ScriptKind::module, text, std::nullopt, true};
  process.foreign_code = {text};
  hold(added, {process, process});
  return added;
}

Change widened() {
  Change widened = change(ChangeKind::exposure_widened, Severity::medium, Role::listener,
                          "exposure widened: tcp 10.0.0.5:5432 postgres");
  listens_on(widened, {"10.0.0.5"}, 5432);
  hold(widened, {summary(640, "postgres", "/usr/lib/postgresql/15/bin/postgres", "postgres")});
  widened.attributes = {{Attribute::bind, {"127.0.0.1"}, {"10.0.0.5", "127.0.0.1"}}};
  return widened;
}

Change new_executable() {
  Change changed = change(ChangeKind::executable_changed, Severity::high, Role::outbound,
                          "executable changed: tcp [2001:db8::7]:443 agent");
  changed.identity.remote = Peer{"2001:db8::7", 443};
  hold(changed, {summary(650, "agent", "/tmp/agent", "agent")});
  changed.attributes = {
      {Attribute::exe,
       {"/opt/vendor/agent/releases/2025-11-30/lib/exec/agent-with-a-long-name/bin/agent"},
       {"/tmp/agent"}}};
  return changed;
}

Change nameless_raw() {
  Change added = change(ChangeKind::raw_added, Severity::high, Role::raw,
                        "new raw socket: packet eth0:0x0003 (process not visible)");
  added.identity.protocol = Protocol::packet;
  added.identity.device = "eth0";
  listens_on(added, {"eth0"}, 3);
  added.no_process = "process not visible";
  return added;
}

Change inbound_gone() {
  Change gone = change(ChangeKind::inbound_removed, Severity::notice, Role::inbound,
                       "inbound peer gone: tcp 198.51.100.7 → port 443 nginx (pid 900)");
  gone.port = gone.identity.port = 443;
  gone.identity.remote = Peer{"198.51.100.7", std::nullopt};
  hold(gone, {nginx()});
  gone.sockets_before = 3;
  gone.sockets_after = 0;
  return gone;
}

Change promised_listener() {
  Change promised =
      change(ChangeKind::listener_added, Severity::medium, Role::listener,
             "expected, not seen: listener-added protocol tcp port 8444 (CHG-1042.toml:19: "
             "second API endpoint)");
  promised.port = promised.identity.port = 8444;
  promised.sockets_after = 0;
  return promised;
}

Change new_endpoint(std::uint16_t port) {
  Change added = change(ChangeKind::listener_added, Severity::medium, Role::listener,
                        "new listener: tcp 10.0.0.5:" + std::to_string(port) +
                            " nginx (pid 900, root, /usr/sbin/nginx)");
  listens_on(added, {"10.0.0.5"}, port);
  ProcessSummary process = summary(900, "nginx", "/usr/sbin/nginx", "root");
  process.exe_sha256 = std::string(64, '5');
  hold(added, {process});
  return added;
}

Change resolver(std::string address) {
  Change added = change(ChangeKind::outbound_added, Severity::medium, Role::outbound,
                        "new outbound peer: udp " + address + ":53 resolver (pid 333, resolve)");
  added.identity.protocol = Protocol::udp;
  added.identity.remote = Peer{std::move(address), 53};
  hold(added, {summary(333, "resolver", "/usr/lib/resolver", "resolve")});
  return added;
}

Change containers_changed() {
  Change changed = change(ChangeKind::containers_changed, Severity::notice, Role::client,
                          "containers changed: udp client (held by no process)");
  changed.identity.scope = {ScopeKind::container, "web"};
  changed.identity.protocol = Protocol::udp;
  changed.no_process = "held by no process";
  changed.containers = 4;
  changed.attributes = {{Attribute::containers, {}, {"1a2b", "3c4d"}}};
  return changed;
}

}  // namespace netmon::fixture
