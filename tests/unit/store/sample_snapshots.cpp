#include <string>

#include "fixtures.h"

namespace netmon::test {

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
                        .when = "ip saddr 10.0.0.0/8",
                        .service = "KUBE-SVC-WEB"}};
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

Snapshot large_snapshot(std::uint32_t sockets) {
  Snapshot snapshot = small_snapshot("large");
  for (std::uint32_t i = 0; i < sockets; ++i) {
    Socket socket{.cookie = 1000 + i, .state = State::established};
    socket.local = {*parse_ip_address("192.0.2.1"), static_cast<std::uint16_t>(i)};
    socket.first_owner = static_cast<std::uint32_t>(snapshot.owners.size());
    socket.owner_count = 1;
    snapshot.owners.push_back({i % 3, 0, static_cast<std::int32_t>(i)});
    snapshot.sockets.push_back(socket);
  }
  return snapshot;
}

}  // namespace netmon::test
