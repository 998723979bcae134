#include "linux/gaps.h"

#include <doctest/doctest.h>

#include <cerrno>

namespace netmon {
namespace {

Netns known_by_path(const std::string& name) {
  Netns netns;
  netns.id = 5;
  netns.scope = {ScopeKind::named, name};
  netns.paths = {"/run/netns/" + name};
  return netns;
}

Netns known_by_process(ScopeKind kind) {
  Netns netns;
  netns.proc_id = 6;
  netns.scope = {kind, ""};
  netns.pids = {7};
  return netns;
}

}  // namespace

TEST_CASE("nothing missing is no gap") {
  std::vector<Gap> gaps;
  add_gap(gaps, {GapCode::processes_vanished, {}, {}, "reason", 0});
  CHECK(gaps.empty());
}

TEST_CASE("gaps that differ in their count alone are one") {
  std::vector<Gap> gaps;
  const Scope container{ScopeKind::container, ""};
  add_gap(gaps, {GapCode::netns_not_entered, container, {}, "reason", 1});
  add_gap(gaps, {GapCode::netns_not_entered, container, {}, "reason", 2});
  add_gap(gaps, {GapCode::netns_not_entered, container, {}, "another", 1});
  REQUIRE(gaps.size() == 2);
  CHECK(gaps[0].count == 3);
}

TEST_CASE("a namespace known by its path and by its processes is counted once") {
  const Netns blue = known_by_path("blue");
  const Netns unknown = known_by_process(ScopeKind::anonymous);
  std::vector<Gap> gaps;
  add_netns_gaps(gaps, {{&unknown, EACCES}, {&blue, EPERM}});
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].scope == Scope{ScopeKind::named, "blue"});
  CHECK(gaps[0].reason == "Operation not permitted");

  gaps.clear();
  add_netns_gaps(gaps, {{&unknown, EACCES}, {&unknown, EACCES}, {&blue, EPERM}});
  CHECK(gaps.size() == 2);
}

TEST_CASE("a container's namespace is no other's") {
  const Netns blue = known_by_path("blue");
  const Netns container = known_by_process(ScopeKind::container);
  std::vector<Gap> gaps;
  add_netns_gaps(gaps, {{&container, EACCES}, {&blue, EPERM}});
  CHECK(gaps.size() == 2);
}

TEST_CASE("a namespace that went away meanwhile is said to have") {
  const Netns blue = known_by_path("blue");
  std::vector<Gap> gaps;
  add_netns_gaps(gaps, {{&blue, ESRCH}});
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].code == GapCode::netns_vanished);
}

TEST_CASE("a namespace that only a socket leads to is counted") {
  Netns lonely;
  lonely.id = 8;
  lonely.sockets = {{7, 0, 3}};
  std::vector<Gap> gaps;
  add_netns_gaps(gaps, {{&lonely, EPERM}});
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].code == GapCode::netns_not_entered);
}

TEST_CASE("an entry that turned out to be another namespace's is no gap") {
  Netns empty;
  empty.proc_id = 6;
  std::vector<Gap> gaps;
  add_netns_gaps(gaps, {{&empty, EACCES}});
  CHECK(gaps.empty());
}

TEST_CASE("sockets without a visible owner are counted with the reason") {
  Snapshot snapshot;
  snapshot.namespaces.emplace_back();
  snapshot.sockets.resize(5);
  snapshot.sockets[0].owner_state = OwnerState::not_permitted;
  snapshot.sockets[1].owner_state = OwnerState::vanished;
  snapshot.sockets[2].owner_state = OwnerState::time_wait;
  snapshot.sockets[3].owner_state = OwnerState::no_process;
  snapshot.sockets[4].owner_state = OwnerState::kernel;
  OwnerWalk walk;
  walk.seen = 60;
  walk.not_permitted = 12;
  walk.vanished = 4;
  walk.error = EACCES;
  std::vector<Gap> gaps;
  add_socket_gaps(gaps, snapshot, walk, "", "a file");
  REQUIRE(gaps.size() == 4);
  CHECK(gaps[0] == Gap{GapCode::owners_not_visible,
                       {},
                       {},
                       "12 of 60 processes could not be read: Permission denied",
                       1});
  CHECK(gaps[1] == Gap{GapCode::owners_not_found, {}, {}, "a file", 1});
  CHECK(gaps[2].code == GapCode::owners_vanished);
  CHECK(gaps[2].count == 1);
  CHECK(gaps[3].code == GapCode::processes_vanished);
  CHECK(gaps[3].count == 4);
}

TEST_CASE("hidden processes are the reason where all visible ones were read") {
  Snapshot snapshot;
  snapshot.namespaces.emplace_back();
  snapshot.sockets.resize(1);
  snapshot.sockets[0].owner_state = OwnerState::not_permitted;
  std::vector<Gap> gaps;
  add_socket_gaps(gaps, snapshot, {}, "hidden", "");
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].reason == "hidden");
}

TEST_CASE(
    "the choice of a listener's port is unknown inside the ephemeral range of its namespace only") {
  Snapshot snapshot;
  snapshot.namespaces.resize(2);
  snapshot.namespaces[1].ephemeral_ports = {1000, 1010};
  Socket udp;
  udp.protocol = Protocol::udp;
  udp.state = State::unconnected;
  udp.owner_state = OwnerState::held;
  const auto add = [&](std::uint32_t netns, std::uint16_t port, State state, Protocol protocol) {
    udp.netns = netns;
    udp.local.port = port;
    udp.state = state;
    udp.protocol = protocol;
    snapshot.sockets.push_back(udp);
  };
  add(0, 40000, State::unconnected, Protocol::udp);  // counts
  add(1, 1005, State::unconnected, Protocol::udp);   // counts
  add(0, 1005, State::unconnected, Protocol::udp);
  add(1, 40000, State::unconnected, Protocol::udp);
  add(0, 40000, State::connected, Protocol::udp);
  add(0, 40000, State::listen, Protocol::tcp);  // counts
  add(0, 80, State::listen, Protocol::tcp);
  add(0, 40000, State::established, Protocol::tcp);
  udp.owner_state = OwnerState::kernel;
  add(0, 40000, State::unconnected, Protocol::udp);
  udp.owner_state = OwnerState::held;
  udp.port_choice = PortChoice::kernel;
  add(0, 40000, State::unconnected, Protocol::udp);  // known
  std::vector<Gap> gaps;
  add_socket_gaps(gaps, snapshot, {}, "", "");
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].code == GapCode::port_choice_not_known);
  CHECK(gaps[0].count == 3);
}

}  // namespace netmon
