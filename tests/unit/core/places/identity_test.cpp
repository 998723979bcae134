#include "netmon/core/places/identity.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "builder.h"
#include "roles.h"

namespace netmon {
namespace {

using test::Builder;
using test::endpoint;
using test::last_role;
using test::last_role_after;
using test::process;

}  // namespace

TEST_CASE("TCP in LISTEN is a listener whatever its port") {
  CHECK(last_role(Builder().listen("0.0.0.0", 22, {})) == Role::listener);
  CHECK(last_role(Builder().listen("0.0.0.0", 40000, {})) == Role::listener);
}

TEST_CASE("unconnected UDP is a listener outside the ephemeral range and a client inside") {
  CHECK(last_role(Builder().udp("0.0.0.0", 53, {process("named", 5)})) == Role::listener);
  CHECK(last_role(Builder().udp("0.0.0.0", 32767, {process("named", 5)})) == Role::listener);
  CHECK(last_role(Builder().udp("0.0.0.0", 32768, {process("dig", 5)})) == Role::client);
  CHECK(last_role(Builder().udp("0.0.0.0", 60999, {process("dig", 5)})) == Role::client);
  CHECK(last_role(Builder().udp("0.0.0.0", 61000, {process("named", 5)})) == Role::listener);
}

TEST_CASE("UDP on a port that its program chose is a listener even inside the ephemeral range") {
  Builder builder;
  builder.udp("0.0.0.0", 50000, {process("statsd", 5)});
  builder.last().port_choice = PortChoice::program;
  CHECK(last_role(builder) == Role::listener);
  builder.last().port_choice = PortChoice::kernel;
  CHECK(last_role(builder) == Role::client);
}

TEST_CASE("the ephemeral range is the namespace's own") {
  Builder builder;
  builder.netns().ephemeral_ports = {10000, 20000};
  CHECK(last_role(builder.udp("0.0.0.0", 15000, {process("dig", 5)})) == Role::client);
  CHECK(last_role(builder.udp("0.0.0.0", 40000, {process("named", 5)})) == Role::listener);
}

TEST_CASE("the kernel's own UDP socket is a listener even inside the ephemeral range") {
  CHECK(last_role(Builder().udp("0.0.0.0", 51820, {}, OwnerState::kernel)) == Role::listener);
  CHECK(last_role(Builder().udp("0.0.0.0", 51820, {}, OwnerState::not_permitted)) == Role::client);
}

TEST_CASE("UDP inside the ephemeral range without a holder that was found is not known to listen") {
  CHECK(last_role(Builder().udp("0.0.0.0", 50000, {}, OwnerState::no_process)) == Role::client);
  CHECK(last_role(Builder().udp("0.0.0.0", 50000, {}, OwnerState::vanished)) == Role::client);
}

TEST_CASE("a UDP port known to one snapshot as chosen on purpose is so in the other") {
  const auto root =
      Builder().udp("0.0.0.0", 51820, {process("wg", 5)}).chosen_by(PortChoice::program);
  const auto nobody = Builder().udp("0.0.0.0", 51820, {}, OwnerState::not_permitted);
  CHECK(last_role(nobody) == Role::client);
  CHECK(last_role_after(root, nobody).role == Role::listener);
  CHECK(last_role_after(nobody, root).role == Role::listener);
}

TEST_CASE(
    "a UDP port that the kernel is known to have chosen is never lent one chosen on purpose") {
  const auto chosen = Builder().udp("0.0.0.0", 50000, {process("statsd", 5)});
  auto on_purpose = chosen;
  on_purpose.chosen_by(PortChoice::program);
  auto by_kernel = chosen;
  by_kernel.chosen_by(PortChoice::kernel);
  CHECK(last_role_after(on_purpose, by_kernel).role == Role::client);
  CHECK(last_role_after(by_kernel, on_purpose).role == Role::listener);
}

TEST_CASE("a connection to a port that is listened on is inbound, every other is outbound") {
  const auto sshd = process("sshd", 10);
  Builder builder;
  builder.listen("0.0.0.0", 40000, {sshd}).connect("10.0.0.9", 51000, {sshd});
  CHECK(last_role(builder) == Role::inbound);
  CHECK(last_role(Builder().connect("10.0.0.9", 51000, {sshd})) == Role::outbound);
  CHECK(last_role(Builder().connect("10.0.0.9", 5432, {}, State::syn_sent)) == Role::outbound);
  CHECK(last_role(Builder().connect("10.0.0.9", 5432, {}, State::time_wait)) == Role::outbound);
}

TEST_CASE("a connection is inbound only where a listener of its port can have accepted it") {
  const auto app = process("app", 10);
  const auto role_beside = [&](std::string_view address, auto change) {
    Builder builder;
    builder.listen(address, 40000, {app});
    change(builder.last());
    return last_role(builder.connect("10.0.0.9", 51000, {app}));  // from 10.0.0.5
  };
  const auto as_it_is = [](Socket&) {};
  CHECK(role_beside("10.0.0.5", as_it_is) == Role::inbound);
  CHECK(role_beside("::ffff:10.0.0.5", as_it_is) == Role::inbound);
  CHECK(role_beside("::ffff:0.0.0.0", as_it_is) == Role::inbound);
  CHECK(role_beside("::", as_it_is) == Role::inbound);
  CHECK(role_beside("::", [](Socket& listener) { listener.v6only = false; }) == Role::inbound);
  CHECK(role_beside("127.0.0.1", as_it_is) == Role::outbound);
  CHECK(role_beside("10.0.0.6", as_it_is) == Role::outbound);
  CHECK(role_beside("::", [](Socket& listener) { listener.v6only = true; }) == Role::outbound);
  CHECK(role_beside("0.0.0.0", [](Socket& listener) { listener.device_index = 3; }) ==
        Role::outbound);
}

TEST_CASE("a listener on a device accepts what came in over it") {
  Builder builder;
  builder.listen("0.0.0.0", 40000, {process("app", 10)}).last().device_index = 3;
  builder.connect("10.0.0.9", 51000, {process("app", 10)}).last().device_index = 3;
  CHECK(last_role(builder) == Role::inbound);
}

TEST_CASE("a connection that bound its port itself is outbound whatever listens there") {
  const auto app = process("app", 10);
  for (const PortChoice choice : {PortChoice::program, PortChoice::connect}) {
    Builder builder;
    builder.listen("0.0.0.0", 40000, {app});
    builder.connect("10.0.0.9", 51000, {app}).chosen_by(choice);
    CHECK(last_role(builder) == Role::outbound);
    const auto lender = Builder().listen("0.0.0.0", 40000, {app});
    const auto lent = Builder().connect("10.0.0.9", 51000, {app});
    CHECK(last_role_after(lender, lent).role == Role::inbound);
    CHECK(last_role_after(lender, Builder(lent).chosen_by(choice)).role == Role::outbound);
  }
}

TEST_CASE("a listener that the other snapshot lends must fit as well") {
  const auto app = process("app", 10);
  const auto after = Builder().connect("10.0.0.9", 51000, {app});
  for (const auto& [address, role] : {std::pair{"10.0.0.5", Role::inbound},
                                      {"0.0.0.0", Role::inbound},
                                      {"127.0.0.1", Role::outbound}}) {
    const auto before = Builder().listen(address, 40000, {app});
    CHECK(last_role_after(before, after).role == role);
  }
}

TEST_CASE("connected UDP is inbound only beside a listener that its holder holds") {
  const auto beside = [](std::vector<Process> listening, OwnerState without,
                         std::vector<Process> connected, OwnerState without_too) {
    Builder builder;
    builder.udp("0.0.0.0", 5353, std::move(listening), without);
    builder.socket(Protocol::udp, State::connected, endpoint("10.0.0.5", 5353),
                   endpoint("198.51.100.7", 443), std::move(connected), without_too);
    return last_role(builder);
  };
  const auto dns = process("avahi", 10);
  const auto none = OwnerState::no_process;
  CHECK(beside({dns}, none, {dns}, none) == Role::inbound);
  CHECK(beside({process("systemd", 1), dns}, none, {dns}, none) == Role::inbound);
  CHECK(beside({}, OwnerState::kernel, {}, OwnerState::kernel) == Role::inbound);
  CHECK(beside({dns}, none, {process("avahi", 11)}, none) == Role::outbound);
  CHECK(beside({dns}, none, {process("perl", 11)}, none) == Role::outbound);
  CHECK(beside({}, OwnerState::kernel, {process("perl", 11)}, none) == Role::outbound);
  CHECK(beside({dns}, none, {}, OwnerState::kernel) == Role::outbound);
}

TEST_CASE("connected UDP is outbound, unless its port has a listener") {
  const auto app = process("app", 10);
  const auto local = endpoint("10.0.0.5", 4433);
  const auto peer = endpoint("10.0.0.9", 50000);
  Builder alone;
  alone.socket(Protocol::udp, State::connected, local, peer, {app});
  CHECK(last_role(alone) == Role::outbound);
  Builder server;
  server.udp("0.0.0.0", 4433, {app}).socket(Protocol::udp, State::connected, local, peer, {app});
  CHECK(last_role(server) == Role::inbound);
}

TEST_CASE("a TCP listener says nothing about a UDP port") {
  Builder builder;
  builder.listen("0.0.0.0", 443, {process("nginx", 2)});
  builder.socket(Protocol::udp, State::connected, endpoint("10.0.0.5", 443),
                 endpoint("10.0.0.9", 443), {process("vpn", 3)});
  CHECK(last_role(builder) == Role::outbound);
}

TEST_CASE("a listener of another namespace does not make a connection inbound") {
  Builder builder;
  builder.in({ScopeKind::container, {}}).listen("0.0.0.0", 40000, {process("a", 1)});
  builder.in({ScopeKind::container, {}}).connect("10.0.0.9", 5432, {process("b", 2)});
  CHECK(last_role(builder) == Role::outbound);
}

TEST_CASE("sessions stay inbound when the service stops listening") {
  const auto app = process("app", 10);
  const auto before = Builder().listen("0.0.0.0", 40000, {app});
  const auto after = Builder().connect("10.0.0.9", 51000, {app});
  CHECK(last_role_after(before, after).role == Role::inbound);
  CHECK(last_role(after) == Role::outbound);
}

TEST_CASE("one container's listener does not turn another's ephemeral port into an inbound one") {
  const Scope container{ScopeKind::container, {}};
  const auto before = Builder().in(container).listen("0.0.0.0", 40000, {process("a", 1)});
  const auto after = Builder().in(container).connect("10.0.0.9", 5432, {process("a", 1)});
  CHECK(last_role_after(before, Builder(after).second_boot()).role == Role::outbound);
}

TEST_CASE("raw, packet and ICMP sockets are raw") {
  for (const Protocol protocol : {Protocol::raw, Protocol::icmp, Protocol::packet}) {
    Builder builder;
    builder.socket(protocol, State::unconnected, {}, {}, {process("ping", 3)});
    CHECK(last_role(builder) == Role::raw);
  }
}

TEST_CASE("a socket that neither listens nor has a peer has no role") {
  for (const State state : {State::bound, State::close}) {
    Builder builder;
    builder.socket(Protocol::tcp, state, endpoint("0.0.0.0", 8080), {}, {process("app", 3)});
    CHECK_FALSE(last_role(builder));
  }
}

TEST_CASE("inbound peers and clients never gate") {
  CHECK(can_gate(Role::listener));
  CHECK(can_gate(Role::outbound));
  CHECK(can_gate(Role::raw));
  CHECK_FALSE(can_gate(Role::inbound));
  CHECK_FALSE(can_gate(Role::client));
}

TEST_CASE("pid, ephemeral port and state are no part of an identity") {
  const auto identities = [](std::uint32_t pid, std::uint16_t port, State state) {
    const auto app = process("app", pid);
    Builder builder = Builder().listen("0.0.0.0", 22, {process("sshd", pid + 1)});
    builder.socket(Protocol::tcp, state, endpoint("10.0.0.5", port), endpoint("10.0.0.9", 5432),
                   {app});
    return identities_of(builder.get());
  };
  const auto all = identities(10, 40000, State::established);
  REQUIRE(all.size() == 2);
  CHECK(all == identities(20, 50000, State::close_wait));
  CHECK(all[0] == Identity{.port = 22, .program = "sshd"});
  CHECK(all[1] ==
        Identity{.role = Role::outbound, .remote = Peer{"10.0.0.9", 5432}, .program = "app"});
}

TEST_CASE("a place has an identity for each program that holds it") {
  Builder builder = Builder().listen("0.0.0.0", 80, {process("a", 1), process("b", 2)});
  builder.listen("0.0.0.0", 80, {process("a", 3)});
  builder.listen("0.0.0.0", 2049, {}, OwnerState::kernel).listen("0.0.0.0", 9, {process("", 4)});
  builder.listen("0.0.0.0", 10, {}, OwnerState::not_permitted);
  std::vector<std::string> programs;
  for (const Identity& identity : identities_of(builder.get())) {
    programs.push_back(encode(identity).port + " " + identity.program);
  }
  CHECK(programs ==
        std::vector<std::string>{"9 (unnamed)", "10 ", "80 a", "80 b", "2049 (kernel)"});
}

TEST_CASE("an identity is among those that are like it, and what is unlike is left out") {
  Builder builder = Builder().listen("0.0.0.0", 80, {process("a", 1), process("b", 2)});
  builder.listen("0.0.0.0", 41000, {process("rpc.mountd", 3)}).chosen_by(PortChoice::kernel);
  const auto call = [&](const char* remote, std::uint16_t port) {
    builder.socket(Protocol::tcp, State::established, endpoint("10.0.0.5", 40000),
                   endpoint(remote, port), {process("app", 4)});
  };
  call("10.0.0.9", 5432);
  call("10.0.0.9", 443);
  call("2001:db8::9", 5432);
  const auto all = identities_of(builder.get());
  REQUIRE(all.size() == 6);
  for (const Identity& identity : all) {
    const auto alike = identities_of(builder.get(), std::span(&identity, 1));
    CHECK(std::ranges::binary_search(alike, identity));
    CHECK(alike.size() == (identity.port == 80 ? 2 : 1));
  }
  const Identity stranger{
      .role = Role::outbound, .remote = Peer{"10.0.0.10", 5432}, .program = "app"};
  CHECK(identities_of(builder.get(), std::span(&stranger, 1)).empty());
}

TEST_CASE("one encoder writes an identity, and nothing of it runs into another part") {
  CHECK(encode({.scope = {ScopeKind::named, "blue"}, .port = 80, .program = "nginx"}) ==
        IdentityText{.scope = "netns:blue",
                     .role = "listener",
                     .protocol = "tcp",
                     .port = "80",
                     .program = "nginx"});
  CHECK(encode({.role = Role::outbound,
                .protocol = Protocol::udp,
                .remote = Peer{"fe80::1%eth0", 53},
                .program = "dig"}) == IdentityText{.scope = "host",
                                                   .role = "outbound",
                                                   .protocol = "udp",
                                                   .remote_address = "fe80::1%eth0",
                                                   .remote_port = "53",
                                                   .program = "dig"});
  CHECK(encode({.role = Role::raw, .protocol = Protocol::packet, .port = 3, .device = "eth0"}) ==
        IdentityText{
            .scope = "host", .role = "raw", .protocol = "packet", .port = "3", .device = "eth0"});
}

TEST_CASE("the port of a listener that the kernel chose is no part of its identity") {
  Builder builder = Builder().listen("0.0.0.0", 41000, {process("rpc.mountd", 1)});
  builder.chosen_by(PortChoice::kernel);
  const auto all = identities_of(builder.get());
  REQUIRE(all.size() == 1);
  CHECK_FALSE(all[0].port);
  CHECK(all[0].program == "rpc.mountd");
}

TEST_CASE("every role has a word that is read back") {
  for (const Role role : {Role::listener, Role::client, Role::inbound, Role::outbound, Role::raw}) {
    CHECK(parse_role(to_string(role)) == role);
  }
  CHECK_FALSE(parse_role("server"));
}

}  // namespace netmon
