#include "netmon/core/events/span_events.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/span.h"
#include "netmon/core/places/identity.h"

namespace {

using namespace netmon;
using std::chrono::milliseconds;

constexpr std::uint64_t kNetns = 4096;

IpAddress address(std::string_view text) { return *parse_ip_address(text); }

Timestamp at(int milliseconds_since) { return Timestamp(milliseconds(milliseconds_since)); }

// nginx (pid 80) listens on port 80, and curl (pid 42) is connected to 192.0.2.7:443.
Snapshot sampled() {
  Snapshot sample;
  sample.info.netmon_version = "1";
  sample.info.started_at = at(1000);
  sample.info.finished_at = at(1100);
  NetNamespace host;
  host.cookie = kNetns;
  sample.namespaces = {host};
  Process nginx;
  nginx.pid = 80;
  nginx.start_ticks = 8;
  nginx.name = nginx.comm = "nginx";
  nginx.uid = 0;
  Process curl = nginx;
  curl.pid = 42;
  curl.name = curl.comm = "curl";
  sample.processes = {nginx, curl};
  sample.owners = {{.process = 0, .fd = 3}, {.process = 1, .fd = 3}};
  Socket listener;
  listener.cookie = 1;
  listener.state = State::listen;
  listener.owner_state = OwnerState::held;
  listener.local = {address("0.0.0.0"), 80};
  listener.owner_count = 1;
  Socket connection;
  connection.cookie = 2;
  connection.state = State::established;
  connection.owner_state = OwnerState::held;
  connection.local = {address("192.0.2.1"), 40'000};
  connection.remote = {address("192.0.2.7"), 443};
  connection.port_choice = PortChoice::connect;
  connection.first_owner = 1;
  connection.owner_count = 1;
  sample.sockets = {listener, connection};
  SpanUnion span;
  span.add(sample);
  return std::move(span).finish(milliseconds(1000));
}

EventProcess process(std::uint32_t pid, std::string_view name) {
  EventProcess seen;
  seen.process.pid = pid;
  seen.process.start_ticks = 8;
  seen.process.name = seen.process.comm = name;
  seen.process.uid = 0;
  return seen;
}

SocketEvent event(EventKind kind, Protocol protocol, std::uint64_t count = 1) {
  SocketEvent seen;
  seen.kind = kind;
  seen.protocol = protocol;
  seen.netns_cookie = kNetns;
  seen.local = {address("0.0.0.0"), 0};
  seen.process = 0;
  seen.first_seen = at(1500);
  seen.last_seen = at(1600);
  seen.count = count;
  return seen;
}

EventWindow window_of(SocketEvent seen, const EventProcess& by = process(7, "evil")) {
  EventWindow window;
  window.counts = {{.kind = seen.kind, .seen = seen.count, .stored = seen.count}};
  window.processes = {by};
  window.events = {seen};
  return window;
}

// The one socket that no sample saw.
std::size_t added(const Snapshot& span) {
  const auto found = std::ranges::find(span.sightings, 0U, &Sighting::samples);
  REQUIRE(found != span.sightings.end());
  return static_cast<std::size_t>(found - span.sightings.begin());
}

std::optional<Role> role_of_added(const Snapshot& span) { return roles_of(span)[added(span)]; }

bool lost(const Snapshot& span) {
  return std::ranges::find(span.gaps, GapCode::events_lost, &Gap::code) != span.gaps.end();
}

}  // namespace

TEST_CASE("what lived between two samples is a socket of its process") {
  SocketEvent seen = event(EventKind::listen, Protocol::tcp);
  seen.local.port = 31'337;
  Snapshot span = sampled();
  add_events(span, window_of(seen));
  CHECK_FALSE(inconsistency_of(span));
  CHECK(span.sockets.size() == 3);
  const Socket& socket = span.sockets[added(span)];
  CHECK(socket.state == State::listen);
  CHECK(socket.local.port == 31'337);
  CHECK(span.shown_process(socket)->name == "evil");
  CHECK(span.sightings[added(span)] ==
        Sighting{.first_seen = at(1500), .last_seen = at(1600), .samples = 0, .events = 1});
  CHECK(role_of_added(span) == Role::listener);
  CHECK_FALSE(lost(span));
}

TEST_CASE("what a sample saw too is one socket, with both") {
  SocketEvent seen = event(EventKind::connect, Protocol::tcp, 5);
  seen.remote = {address("192.0.2.7"), 443};
  Snapshot span = sampled();
  add_events(span, window_of(seen, process(42, "curl")));
  CHECK(span.sockets.size() == 2);
  const auto both = std::ranges::find(span.sightings, 5U, &Sighting::events);
  REQUIRE(both != span.sightings.end());
  CHECK(both->samples == 1);
  CHECK(both->last_seen == at(1600));
  CHECK(span.processes.size() == 2);
}

TEST_CASE("another program at the same peer is a socket of its own") {
  SocketEvent seen = event(EventKind::connect, Protocol::tcp);
  seen.remote = {address("192.0.2.7"), 443};
  seen.port_choice = PortChoice::connect;
  Snapshot span = sampled();
  add_events(span, window_of(seen));
  CHECK(span.shown_process(span.sockets[added(span)])->name == "evil");
  CHECK(role_of_added(span) == Role::outbound);
}

TEST_CASE("a connection of which a sample saw the end alone hides no program") {
  SocketEvent seen = event(EventKind::connect, Protocol::tcp);
  seen.remote = {address("192.0.2.7"), 443};
  Snapshot span = sampled();
  for (Socket& socket : span.sockets) {
    if (socket.state == State::listen) continue;
    socket.state = State::time_wait;
    socket.owner_state = OwnerState::time_wait;
    socket.owner_count = 0;
  }
  span.owners.resize(1);
  span.sockets.front().first_owner = 0;
  add_events(span, window_of(seen));
  CHECK(span.shown_process(span.sockets[added(span)])->name == "evil");
}

TEST_CASE("what a listener accepted belongs to its holders") {
  SocketEvent seen = event(EventKind::accept, Protocol::tcp);
  seen.local = {address("192.0.2.1"), 80};
  seen.remote = {address("192.0.2.9"), 0};
  seen.port_choice = PortChoice::kernel;
  seen.process.reset();
  Snapshot span = sampled();
  add_events(span, window_of(seen));
  CHECK(span.shown_process(span.sockets[added(span)])->name == "nginx");
  CHECK(role_of_added(span) == Role::inbound);
}

TEST_CASE("a datagram sent of its own accord is outbound, and a reply of a server is not") {
  EventWindow window = window_of(event(EventKind::bind, Protocol::udp));
  window.events[0].local.port = 53;
  window.events[0].port_choice = PortChoice::program;
  SocketEvent sent = event(EventKind::send, Protocol::udp);
  sent.local.port = 53;
  sent.remote = {address("192.0.2.9"), 0};
  std::optional<Role> expected;
  SUBCASE("a reply") {
    sent.reply = true;
    expected = Role::inbound;
  }
  SUBCASE("of its own accord, from the port that it serves") {
    sent.remote.port = 5353;
    expected = Role::outbound;
  }
  window.events.push_back(sent);
  window.counts.push_back({.kind = EventKind::send, .seen = 1, .stored = 1});
  Snapshot span = sampled();
  add_events(span, window);
  const auto roles = roles_of(span);
  const auto socket = std::ranges::find(span.sockets, State::connected, &Socket::state);
  REQUIRE(socket != span.sockets.end());
  CHECK(roles[static_cast<std::size_t>(socket - span.sockets.begin())] == expected);
}

TEST_CASE("a namespace that no sample saw is there by what a process did in it") {
  SocketEvent seen = event(EventKind::listen, Protocol::tcp);
  seen.netns_cookie = 5000;
  Snapshot span = sampled();
  SUBCASE("where all namespaces were asked for") {
    add_events(span, window_of(seen));
    REQUIRE(span.namespaces.size() == 2);
    CHECK(to_string(span.namespaces[span.sockets[added(span)].netns].scope) == "anonymous:evil");
  }
  SUBCASE("and left out where they were not") {
    span.info.netns = NetnsSelection::current;
    add_events(span, window_of(seen));
    CHECK(span.namespaces.size() == 1);
  }
  SUBCASE("and left out where no process of netmon's world did it") {
    seen.kind = EventKind::accept;
    seen.process.reset();
    add_events(span, window_of(seen));
    CHECK(span.namespaces.size() == 1);
  }
  CHECK_FALSE(lost(span));
}

TEST_CASE("what was lost, or does not add up, is told and decides") {
  EventWindow window = window_of(event(EventKind::bind, Protocol::udp));
  SUBCASE("of one program") { ++window.counts[0].seen, ++window.counts[0].dropped_program; }
  SUBCASE("of all") { ++window.counts[0].seen, ++window.counts[0].dropped_all; }
  SUBCASE("seen and nowhere") { ++window.counts[0].seen; }
  SUBCASE("stored and not found") { ++window.counts[0].seen, ++window.counts[0].stored; }
  SUBCASE("its process") { window.events[0].process.reset(); }
  Snapshot span = sampled();
  add_events(span, window);
  CHECK(lost(span));
  const Comparison comparison = diff(sampled(), span);
  const auto caveat =
      std::ranges::find(comparison.caveats, CaveatCode(GapCode::events_lost), &Caveat::code);
  REQUIRE(caveat != comparison.caveats.end());
  CHECK(caveat->weight == Weight::decisive);
}
