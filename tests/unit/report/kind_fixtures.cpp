#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "report/change_fixtures.h"

namespace netmon::fixture {
namespace {

// An example of a change of this kind, at a listener that four programs hold.
struct Example {
  ChangeKind kind;
  Role role;
  Severity severity;
  std::string_view title;
  AttributeChange attribute;
};

std::vector<Example> examples() {
  using enum ChangeKind;
  using enum Severity;
  constexpr Role kListener = Role::listener;
  const std::string old_digest(64, '1');
  const std::string new_digest(64, '2');
  return {
      {listener_added, kListener, high, "new listener", {}},
      {exposure_widened,
       kListener,
       high,
       "exposure widened",
       {Attribute::bind, {"127.0.0.1"}, {"0.0.0.0"}}},
      {owner_changed,
       kListener,
       high,
       "owner changed",
       {Attribute::process, {"postgres"}, {"python3"}}},
      {holder_added, kListener, high, "holder added", {Attribute::process, {}, {"python3"}}},
      {executable_changed,
       kListener,
       high,
       "executable changed",
       {Attribute::sha256, {old_digest}, {new_digest}}},
      {script_changed,
       kListener,
       high,
       "script changed",
       {Attribute::script, {"/srv/app.py"}, {"/tmp/app.py"}}},
      {code_changed,
       kListener,
       high,
       "code changed",
       {Attribute::loader, {}, {"LD_PRELOAD=/dev/shm/x.so"}}},
      {executable_forged, kListener, high, "executable forged", {}},
      {user_changed, kListener, high, "user changed", {Attribute::user, {"www-data"}, {"root"}}},
      {privilege_gained,
       kListener,
       high,
       "privilege gained",
       {Attribute::capabilities, {}, {"cap_sys_admin"}}},
      {moved, kListener, medium, "listener moved", {Attribute::port, {"8080"}, {"31337"}}},
      {outbound_added, Role::outbound, medium, "new outbound peer", {}},
      {raw_added, Role::raw, high, "new raw socket", {}},
      {scope_changed, kListener, medium, "scope changed", {Attribute::netns, {"a"}, {"b"}}},
      {hidden_socket, kListener, high, "hidden socket", {Attribute::seen_in, {}, {"netlink"}}},
      {unit_changed,
       kListener,
       notice,
       "unit changed",
       {Attribute::unit, {"a.service"}, {"b.service"}}},
      {arguments_changed,
       kListener,
       notice,
       "other arguments",
       {Attribute::arguments, {"-p 80"}, {"-p 80 --debug"}}},
      {bind_changed,
       kListener,
       notice,
       "bind changed",
       {Attribute::bind, {"10.0.0.5"}, {"10.0.0.6"}}},
      {executable_moved,
       kListener,
       notice,
       "executable moved",
       {Attribute::exe, {"/opt/a"}, {"/opt/b"}}},
      {exposure_narrowed,
       kListener,
       notice,
       "exposure narrowed",
       {Attribute::bind, {"0.0.0.0"}, {"127.0.0.1"}}},
      {holder_removed, kListener, notice, "holder gone", {Attribute::process, {"cron"}, {}}},
      {listener_removed, kListener, notice, "listener gone", {}},
      {outbound_removed, Role::outbound, notice, "outbound peer gone", {}},
      {raw_removed, Role::raw, notice, "raw socket gone", {}},
      {inbound_added, Role::inbound, notice, "new inbound peer", {}},
      {inbound_removed, Role::inbound, notice, "inbound peer gone", {}},
      {client_added, Role::client, notice, "new client", {}},
      {client_removed, Role::client, notice, "client gone", {}},
      {containers_changed,
       kListener,
       notice,
       "containers changed",
       {Attribute::containers, {"1a2b"}, {"3c4d"}}},
      {forward_added, Role::forward, high, "new forward", {Attribute::target, {}, {"10.0.0.5:80"}}},
      {filter_changed,
       Role::network,
       medium,
       "filter changed",
       {Attribute::rules, {"inet filter input: tcp dport 8080 drop"}, {}}},
      {address_added,
       Role::network,
       high,
       "new address",
       {Attribute::address, {}, {"203.0.113.7/24"}}},
      {forwarding_enabled,
       Role::network,
       medium,
       "forwarding enabled",
       {Attribute::setting, {}, {"1"}}},
      {device_added, Role::network, medium, "new tunnel", {Attribute::tunnel, {}, {"wireguard"}}},
      {promiscuous, Role::network, high, "promiscuous interface", {}},
      {forward_removed,
       Role::forward,
       notice,
       "forward gone",
       {Attribute::target, {"10.0.0.5:80"}, {}}},
      {address_removed,
       Role::network,
       notice,
       "address gone",
       {Attribute::address, {"203.0.113.7/24"}, {}}},
      {multicast_joined,
       Role::network,
       notice,
       "multicast group joined",
       {Attribute::address, {}, {"239.1.2.3"}}},
      {route_changed,
       Role::network,
       notice,
       "routes changed",
       {Attribute::route, {"default: default via 192.0.2.1 dev eth0"}, {}}},
  };
}

}  // namespace

Change example_of(ChangeKind kind) {
  const auto all = examples();
  const Example example = *std::ranges::find(all, kind, &Example::kind);
  Change made =
      change(kind, example.severity, example.role,
             fmt::format("{}: tcp 0.0.0.0:31337 python3 (pid 7821, root)", example.title));
  const bool has_peer = example.role == Role::outbound || example.role == Role::inbound;
  if (has_peer) made.identity.remote = Peer{"192.0.2.7", std::nullopt};
  if (example.role == Role::outbound) made.identity.remote->port = 443;
  if (example.role == Role::inbound) made.port = made.identity.port = 443;
  if (example.role == Role::listener) listens_on(made, {"0.0.0.0"}, 31337);
  if (example.role == Role::listener && kind == ChangeKind::listener_added) {
    made.identity.port.reset();
  }
  if (example.role == Role::raw) made.identity.protocol = Protocol::raw;
  if (example.role == Role::raw) listens_on(made, {"0.0.0.0"}, 1);
  if (example.role == Role::client) made.identity.protocol = Protocol::udp;
  const AttributeChange& attribute = example.attribute;
  if (!attribute.before.empty() || !attribute.after.empty()) made.attributes = {attribute};
  if (example.role == Role::forward) {
    listens_on(made, {"0.0.0.0"}, 8080);
    made.message = fmt::format("{}: tcp 0.0.0.0:8080", example.title);
    made.no_process = "forward";
  }
  if (example.role == Role::network) {
    made.identity.device = "eth0";
    made.message = fmt::format("{}: eth0", example.title);
    made.no_process = "namespace";
  }
  const bool has_holders = example.role != Role::forward && example.role != Role::network;
  if (!has_holders) return made;
  ProcessSummary holder = python();
  holder.foreign_code = {"/dev/shm/x.so", "/memfd:payload"};
  std::vector<ProcessSummary> holders{holder};
  for (std::uint32_t i = 0; i < 5; ++i) {
    holders.push_back(nginx());
    holders.back().pid += i;
  }
  hold(made, std::move(holders));
  return made;
}

}  // namespace netmon::fixture
