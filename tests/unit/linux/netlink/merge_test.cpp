#include "linux/netlink/merge.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace netmon {
namespace {

Socket tcp(std::uint64_t cookie, State state, std::uint32_t inode) {
  Socket socket;
  socket.cookie = cookie;
  socket.state = state;
  socket.inode = inode;
  return socket;
}

Socket raw(std::uint32_t inode, std::uint16_t link_protocol) {
  Socket socket;
  socket.protocol = Protocol::raw;
  socket.state = State::unconnected;
  socket.inode = inode;
  socket.link_protocol = link_protocol;
  return socket;
}

// One namespace's rows of two passes.
std::vector<Socket> merge(const std::vector<Socket>& first, const std::vector<Socket>& second) {
  SocketUnion both;
  both.add(0, first, Presence::first_pass_only);
  both.add(0, second, Presence::second_pass_only);
  return std::move(both).take();
}

// The owner state of the only socket, after the search for owners.
OwnerState state_of(Socket socket, ProcessView view = ProcessView::complete) {
  std::vector<Socket> sockets = {socket};
  attach_owners(sockets, {}, view);
  return sockets[0].owner_state;
}

}  // namespace

TEST_CASE("a socket in both passes is one, with its row of the first") {
  const auto merged = merge({tcp(1, State::established, 10)}, {tcp(1, State::time_wait, 0)});
  REQUIRE(merged.size() == 1);
  CHECK(merged[0].presence == Presence::both);
  CHECK(merged[0].state == State::established);
  CHECK(merged[0].inode == 10);
}

TEST_CASE("what one pass missed is taken from the other") {
  const auto merged = merge({tcp(1, State::listen, 10)}, {tcp(2, State::listen, 20)});
  REQUIRE(merged.size() == 2);
  CHECK(merged[0].presence == Presence::first_pass_only);
  CHECK(merged[1].presence == Presence::second_pass_only);
}

TEST_CASE("a row that a dump repeats is one socket") {
  const Socket socket = tcp(1, State::listen, 10);
  const auto merged = merge({socket, socket}, {});
  REQUIRE(merged.size() == 1);
  CHECK(merged[0].presence == Presence::first_pass_only);
  const auto late = merge({}, {socket, socket});
  REQUIRE(late.size() == 1);
  CHECK(late[0].presence == Presence::second_pass_only);
}

TEST_CASE("listeners that share a port stay apart by their cookies") {
  CHECK(merge({tcp(1, State::listen, 10), tcp(2, State::listen, 11)}, {}).size() == 2);
}

TEST_CASE("the same cookie in another namespace is another socket") {
  SocketUnion both;
  both.add(0, std::vector{tcp(1, State::listen, 10)}, Presence::first_pass_only);
  both.add(1, std::vector{tcp(1, State::listen, 10)}, Presence::second_pass_only);
  REQUIRE(both.rows().size() == 2);
  CHECK(both.rows()[0].netns == 0);
  CHECK(both.rows()[1].netns == 1);
}

TEST_CASE("rows that come in parts are found again, however many there are") {
  constexpr std::uint64_t kMany = 5000;
  SocketUnion both;
  for (std::uint64_t cookie = 1; cookie <= kMany; ++cookie) {
    both.add(0, std::vector{tcp(cookie, State::listen, 1)}, Presence::first_pass_only);
  }
  for (std::uint64_t cookie = kMany; cookie >= 2; --cookie) {
    both.add(0, std::vector{tcp(cookie, State::listen, 1)}, Presence::second_pass_only);
  }
  REQUIRE(both.rows().size() == kMany);
  CHECK(both.rows()[0].presence == Presence::first_pass_only);
  CHECK(std::all_of(both.rows().begin() + 1, both.rows().end(),
                    [](const Socket& socket) { return socket.presence == Presence::both; }));
}

TEST_CASE("sockets without a cookie are told apart by all else") {
  const auto merged = merge({raw(10, 1), raw(11, 1)}, {raw(10, 1), raw(11, 1), raw(11, 2)});
  REQUIRE(merged.size() == 3);
  CHECK(merged[0].presence == Presence::both);
  CHECK(merged[1].presence == Presence::both);
  CHECK(merged[2].presence == Presence::second_pass_only);
}

TEST_CASE("a socket without inode has no owner by nature") {
  CHECK(state_of(tcp(1, State::time_wait, 0)) == OwnerState::time_wait);
  CHECK(state_of(tcp(1, State::syn_recv, 0)) == OwnerState::request);
  CHECK(state_of(tcp(1, State::established, 0)) == OwnerState::pending_accept);
  CHECK(state_of(tcp(1, State::close_wait, 0)) == OwnerState::pending_accept);
  CHECK(state_of(tcp(1, State::fin_wait1, 0)) == OwnerState::orphan);
  CHECK(state_of(tcp(1, State::fin_wait2, 0)) == OwnerState::orphan);
  CHECK(state_of(tcp(1, State::last_ack, 0)) == OwnerState::orphan);
  CHECK(state_of(tcp(1, State::closing, 0)) == OwnerState::orphan);
  // That does not depend on which processes may be inspected.
  CHECK(state_of(tcp(1, State::time_wait, 0), ProcessView::incomplete) == OwnerState::time_wait);
}

TEST_CASE("no owner found means less where not every process was seen") {
  CHECK(state_of(tcp(1, State::listen, 10)) == OwnerState::no_process);
  CHECK(state_of(tcp(1, State::listen, 10), ProcessView::incomplete) == OwnerState::not_permitted);
}

TEST_CASE("a socket that one pass alone saw and nobody holds has vanished") {
  Socket gone = tcp(1, State::established, 10);
  gone.presence = Presence::first_pass_only;
  CHECK(state_of(gone) == OwnerState::vanished);
  CHECK(state_of(gone, ProcessView::incomplete) == OwnerState::vanished);
  gone.presence = Presence::second_pass_only;
  CHECK(state_of(gone) == OwnerState::vanished);
  // It came late and may still exist, held by a process that may not be inspected.
  CHECK(state_of(gone, ProcessView::incomplete) == OwnerState::not_permitted);
}

TEST_CASE("owners are grouped by socket, in the order found") {
  std::vector<Socket> sockets = {tcp(1, State::listen, 20), tcp(2, State::time_wait, 0),
                                 tcp(3, State::listen, 10)};
  const std::vector<HeldSocket> held = {
      {10, {1, 0, 3}, {}}, {20, {0, 0, 4}, {}}, {20, {1, 0, 5}, {}}};
  const std::vector<Owner> owners = attach_owners(sockets, held, ProcessView::complete);
  CHECK(owners == std::vector<Owner>{{0, 0, 4}, {1, 0, 5}, {1, 0, 3}});
  CHECK(sockets[0].owner_state == OwnerState::held);
  CHECK(sockets[0].first_owner == 0);
  CHECK(sockets[0].owner_count == 2);
  CHECK(sockets[1].owner_count == 0);
  CHECK(sockets[2].first_owner == 2);
  CHECK(sockets[2].owner_count == 1);
}

TEST_CASE("a socket's port came about as its holder's walk says") {
  std::vector<Socket> sockets = {tcp(1, State::listen, 10), tcp(2, State::established, 20),
                                 tcp(3, State::listen, 30)};
  const std::vector<HeldSocket> held = {{10, {0, 0, 3}, PortChoice::kernel},
                                        {20, {0, 0, 4}, PortChoice::connect},
                                        {20, {1, 0, -1}, std::nullopt},
                                        {30, {0, 0, 5}, std::nullopt}};
  attach_owners(sockets, held, ProcessView::complete);
  CHECK(sockets[0].port_choice == PortChoice::kernel);
  CHECK(sockets[1].port_choice == PortChoice::connect);
  CHECK_FALSE(sockets[2].port_choice.has_value());
}

TEST_CASE("owners are looked for again where none was found and the socket is still there") {
  Socket gone = tcp(4, State::listen, 40);
  gone.presence = Presence::first_pass_only;
  const std::vector<Socket> sockets = {tcp(1, State::listen, 30), tcp(2, State::listen, 10),
                                       tcp(3, State::time_wait, 0), gone,
                                       tcp(5, State::listen, 20)};
  const std::vector<HeldSocket> held = {{10, {0, 0, 3}, {}}};
  CHECK(wanted_inodes(sockets, held) == std::vector<std::uint32_t>{20, 30});
}

}  // namespace netmon
