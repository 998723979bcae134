#include "linux/crossview/cross_view.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace netmon {
namespace {

constexpr std::uint64_t kHost = 4026531840;
const IpAddress kAny = *parse_ip_address("0.0.0.0");

Endpoint at(std::uint16_t port) { return {kAny, port}; }

// A socket as sock_diag shows it in both passes.
Socket row(std::uint16_t port, std::uint32_t inode, State state = State::listen,
           Protocol protocol = Protocol::tcp) {
  Socket socket;
  socket.cookie = 1000U + port;
  socket.inode = inode;
  socket.protocol = protocol;
  socket.state = state;
  socket.local = at(port);
  return socket;
}

// A socket as /proc/net shows it.
Socket line(Socket socket) {
  socket.cookie = 0;
  return socket;
}

ProcView view_of(std::vector<Socket> rows, ViewDepth depth = ViewDepth::all) {
  ProcView view;
  view.plan.fill(depth);
  for (Socket& socket : rows) view.rows.push_back(line(socket));
  return view;
}

std::vector<Suspect> compare(const std::vector<Socket>& sockets, const ProcView& view) {
  return compare_with_proc(sockets, std::vector{view});
}

// The suspects that remain after a second reading.
std::vector<Suspect> look_again(const std::vector<Suspect>& suspects, const ProcView& before,
                                const std::vector<Socket>& sock_diag, const ProcView& after) {
  return confirm_with_proc(suspects, 0, {true, before, sock_diag, after});
}

Descriptor held(std::uint32_t inode, std::uint16_t port, State state = State::listen,
                Protocol protocol = Protocol::tcp) {
  Descriptor descriptor;
  descriptor.inode = inode;
  descriptor.fd = 3;
  const bool bound = port != 0 || protocol == Protocol::raw;
  descriptor.socket = {kHost, protocol, state, at(port), {}, bound, std::nullopt, false};
  return descriptor;
}

DescriptorWalk walk_of(std::vector<Descriptor> descriptors) {
  return {{{7, 100, "rootkit"}}, std::move(descriptors)};
}

std::vector<Suspect> compare(const std::vector<Socket>& sockets, const DescriptorWalk& walk) {
  return compare_with_walk(sockets, walk, std::vector<std::uint64_t>{kHost});
}

std::uint64_t not_checked(const std::vector<Socket>& sockets, const ProcView& view,
                          const DescriptorWalk* walk = nullptr) {
  std::uint64_t count = 0;
  for (const Gap& gap : not_cross_checked(sockets, std::vector{view}, walk)) {
    CHECK(gap.code == GapCode::not_cross_checked);
    CHECK_FALSE(gap.reason.empty());
    count += gap.count;
  }
  return count;
}

}  // namespace

TEST_CASE("views that agree leave no suspect") {
  const std::vector<Socket> sockets = {row(22, 10), row(53, 11, State::unconnected, Protocol::udp)};
  CHECK(compare(sockets, view_of(sockets)).empty());
  CHECK(compare(sockets, walk_of({held(10, 22)})).empty());
}

TEST_CASE("a listener that /proc/net lacks twice is hidden") {
  const std::vector<Socket> sockets = {row(22, 10), row(31337, 11)};
  const ProcView faked = view_of({row(22, 10)});
  const auto suspects = compare(sockets, faked);
  REQUIRE(suspects.size() == 1);
  CHECK(suspects[0].row.local.port == 31337);
  CHECK(suspects[0].seen_in == View::netlink);
  CHECK(suspects[0].missing_from == View::proc);
  CHECK(look_again(suspects, faked, sockets, faked).size() == 1);
}

TEST_CASE("a suspect that the second look finds, or that has gone by then, is none") {
  const std::vector<Socket> sockets = {row(80, 11)};
  const auto suspects = compare(sockets, view_of({}));
  REQUIRE(suspects.size() == 1);
  CHECK(look_again(suspects, view_of(sockets), sockets, view_of({})).empty());
  CHECK(look_again(suspects, view_of({}), {}, view_of({})).empty());
  Socket closed = row(80, 0, State::time_wait);
  CHECK(look_again(suspects, view_of({}), {closed}, view_of({})).empty());
}

TEST_CASE("a socket that sock_diag lacks twice is hidden") {
  const ProcView view = view_of({row(31337, 11)});
  const auto suspects = compare({}, view);
  REQUIRE(suspects.size() == 1);
  CHECK(suspects[0].seen_in == View::proc);
  CHECK(suspects[0].missing_from == View::netlink);
  CHECK(look_again(suspects, view, {}, view).size() == 1);
  SUBCASE("unless it came after the dump, or went before the second look was over") {
    CHECK(look_again(suspects, view, {row(31337, 11)}, view).empty());
    CHECK(look_again(suspects, view, {}, view_of({})).empty());
    CHECK(look_again(suspects, view_of({}), {}, view).empty());
  }
  SUBCASE("unless its inode is another socket's by then") {
    CHECK(look_again(suspects, view, {}, view_of({row(80, 11)})).empty());
  }
  SUBCASE("unless it was closed and lingers without an inode") {
    CHECK(look_again(suspects, view, {row(31337, 0)}, view).empty());
  }
}

TEST_CASE("a second look that could not be taken accuses nobody") {
  const ProcView view = view_of({row(31337, 11)});
  const auto suspects = compare({}, view);
  REQUIRE(suspects.size() == 1);
  CHECK(confirm_with_proc(suspects, 0, {false, view, {}, view}).empty());
  const std::vector<ViewsAgain> unanswered(1);
  const DescriptorWalk walk = walk_of({held(11, 31337)});
  CHECK(confirm_with_walk(compare({}, walk), unanswered, walk).empty());
}

TEST_CASE("a socket of one pass alone is not compared") {
  Socket gone = row(80, 11);
  gone.presence = Presence::first_pass_only;
  CHECK(compare({gone}, view_of({})).empty());
  gone.presence = Presence::second_pass_only;
  CHECK(compare({gone}, view_of({})).empty());
}

TEST_CASE("sockets that are nobody's come and go") {
  for (const State state : {State::time_wait, State::syn_recv}) {
    CHECK(compare({row(80, 0, state)}, view_of({})).empty());
    CHECK(compare({}, view_of({row(80, 12, state)})).empty());
  }
}

TEST_CASE("a connection that is not yet accepted is known by its addresses") {
  const std::vector<Socket> pending = {row(80, 0, State::established)};
  CHECK(compare(pending, view_of({row(80, 0, State::established)})).empty());
  CHECK(compare(pending, view_of({row(81, 0, State::established)})).size() == 1);
  const std::vector<Socket> accepted = {row(80, 44, State::established)};
  const auto suspects = compare(pending, view_of(accepted));
  CHECK(look_again(suspects, view_of(accepted), accepted, view_of(accepted)).empty());
}

TEST_CASE("one of several sockets on a port is not covered for by the others") {
  const std::vector<Socket> workers = {row(80, 11), row(80, 12)};
  const auto suspects = compare(workers, view_of({row(80, 11)}));
  REQUIRE(suspects.size() == 1);
  CHECK(suspects[0].row.inode == 12);
}

TEST_CASE("what /proc/net does not list, or was not asked for, is not missing there") {
  CHECK(compare({row(80, 11, State::bound)}, view_of({})).empty());
  CHECK(compare({line(row(0, 11, State::unconnected, Protocol::raw))}, view_of({})).empty());
  CHECK(compare({row(80, 11)}, view_of({}, ViewDepth::none)).empty());
  CHECK(compare({row(80, 11, State::established)}, view_of({}, ViewDepth::listeners)).empty());
  CHECK(compare({row(80, 11)}, view_of({}, ViewDepth::listeners)).size() == 1);
  ProcView unread = view_of({});
  unread.failures.fill("Permission denied");
  CHECK(compare({row(80, 11)}, unread).empty());
}

TEST_CASE("a held socket that no table has is hidden") {
  const DescriptorWalk walk = walk_of({held(11, 31337), held(11, 31337)});
  const auto suspects = compare({}, walk);
  REQUIRE(suspects.size() == 1);
  CHECK(suspects[0].seen_in == View::bpf);
  CHECK(suspects[0].missing_from == View::netlink);
  CHECK(suspects[0].row.inode == 11);
  std::vector<ViewsAgain> again(1);
  again[0].answered = true;
  CHECK(confirm_with_walk(suspects, again, walk).size() == 1);
  SUBCASE("unless the later walk has it no more, or as another socket") {
    CHECK(confirm_with_walk(suspects, again, walk_of({})).empty());
    CHECK(confirm_with_walk(suspects, again, walk_of({held(11, 80)})).empty());
    CHECK(confirm_with_walk(suspects, again, walk_of({held(11, 31337, State::close)})).empty());
  }
  SUBCASE("unless the second dump has it") {
    again[0].sock_diag = {row(31337, 11)};
    CHECK(confirm_with_walk(suspects, again, walk).empty());
  }
}

TEST_CASE("a held socket that belongs in no table is not missing") {
  CHECK(compare({}, walk_of({held(11, 0, State::close)})).empty());
  CHECK(compare({}, walk_of({held(11, 80, State::bound)})).empty());
  CHECK(compare({}, walk_of({held(11, 0, State::unconnected, Protocol::udp)})).empty());
  CHECK(compare({}, walk_of({held(11, 0, State::unconnected, Protocol::icmp)})).empty());
  CHECK(compare({}, walk_of({held(11, 53, State::unconnected, Protocol::udp)})).size() == 1);
  Descriptor raw = held(11, 0, State::unconnected, Protocol::raw);
  CHECK(compare({}, walk_of({raw})).size() == 1);
  raw.socket.bound = false;
  CHECK(compare({}, walk_of({raw})).empty());
}

TEST_CASE("a multipath socket, which outlives its subflows, is not missing") {
  Descriptor multipath = held(11, 80, State::established);
  CHECK(compare({}, walk_of({multipath})).size() == 1);
  multipath.socket.multipath = true;
  CHECK(compare({}, walk_of({multipath})).empty());
}

TEST_CASE("as many hidden sockets as a process may hold are each looked at once") {
  constexpr std::uint32_t kMany = 50'000;
  std::vector<Descriptor> descriptors;
  std::vector<Socket> rows;
  for (std::uint32_t i = 1; i <= kMany; ++i) {
    const auto port = static_cast<std::uint16_t>(i % 60'000 + 1);
    descriptors.push_back(held(i, port));
    rows.push_back(row(port, i));
    rows.back().cookie = i;
  }
  std::vector<ViewsAgain> again(1);
  again[0].answered = true;
  again[0].before = again[0].after = view_of(rows);
  const DescriptorWalk walk = walk_of(descriptors);
  CHECK(compare({}, walk).size() == kMany);
  CHECK(confirm_with_walk(compare({}, walk), again, walk).size() == kMany);
  CHECK(confirm_with_proc(compare({}, again[0].before), 0, again[0]).size() == kMany);
  again[0].before = again[0].after = view_of({});
  again[0].sock_diag = rows;
  CHECK(confirm_with_proc(compare(rows, view_of({})), 0, again[0]).size() == kMany);
}

TEST_CASE("a held socket of a namespace that was not read is not missing") {
  CHECK(compare_with_walk({}, walk_of({held(11, 80)}), std::vector<std::uint64_t>{kHost + 1, 0})
            .empty());
  Descriptor nowhere = held(11, 80);
  nowhere.socket.netns = 0;
  CHECK(compare_with_walk({}, walk_of({nowhere}), std::vector<std::uint64_t>{0}).empty());
}

TEST_CASE("how a table is read depends on how much is in it") {
  const auto plan = [](std::size_t rows, Protocol protocol, bool has_walk) {
    const std::vector<Socket> sockets(rows, row(80, 11, State::listen, protocol));
    return plan_view(sockets, 1, has_walk)[0][protocol == Protocol::tcp ? 0 : 2];
  };
  CHECK(plan(0, Protocol::tcp, true) == ViewDepth::none);
  CHECK(plan(0, Protocol::tcp, false) == ViewDepth::all);
  CHECK(plan(kMaxWholeTableRows, Protocol::tcp, true) == ViewDepth::all);
  CHECK(plan(kMaxWholeTableRows + 1, Protocol::tcp, true) == ViewDepth::listeners);
  CHECK(plan(kMaxWholeUdpTableRows, Protocol::udp, true) == ViewDepth::all);
  CHECK(plan(kMaxWholeUdpTableRows + 1, Protocol::udp, false) == ViewDepth::none);
}

TEST_CASE("sockets that one view alone was asked for are counted") {
  const std::vector<Socket> sockets = {row(80, 11), row(81, 12, State::established),
                                       row(82, 13, State::bound), row(83, 0, State::time_wait)};
  CHECK(not_checked(sockets, view_of({})) == 1);
  CHECK(not_checked(sockets, view_of({}, ViewDepth::listeners)) == 2);
  CHECK(not_checked(sockets, view_of({}, ViewDepth::none)) == 3);
  ProcView unread = view_of({});
  unread.failures.fill("Permission denied");
  CHECK(not_checked(sockets, unread) == 3);
  const DescriptorWalk walk = walk_of({held(12, 81), held(13, 82)});
  CHECK(not_checked(sockets, view_of({}, ViewDepth::none), &walk) == 1);
}

}  // namespace netmon
