// Inbound or outbound in a comparison: which programs may use the port of a service.
#include "roles.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "builder.h"
#include "comparison.h"
#include "netmon/core/diff/diff.h"

using namespace netmon;
using namespace netmon::test;

namespace {

constexpr std::string_view kPeer = "203.0.113.7";

Builder web() { return Builder().listen("0.0.0.0", 443, {kNginx}); }

// A TCP connection from local port 443.
Builder& from_443(Builder& builder, std::vector<Process> owners,
                  OwnerState without = OwnerState::no_process) {
  return builder.socket(Protocol::tcp, State::established, endpoint("10.0.0.5", 443),
                        endpoint(kPeer, 4444), std::move(owners), without);
}

Builder web_with_443(std::vector<Process> owners, OwnerState without = OwnerState::no_process) {
  Builder builder = web();
  return from_443(builder, std::move(owners), without);
}

Builder loopback(std::uint16_t from, std::uint16_t to, const Process& owner) {
  return Builder().socket(Protocol::tcp, State::established, endpoint("127.0.0.1", from),
                          endpoint("127.0.0.1", to), {owner});
}

}  // namespace

TEST_CASE("the kernel's word about the port comes first") {
  for (const PortChoice choice : {PortChoice::program, PortChoice::connect}) {
    Builder after = web_with_443({kNginx}).chosen_by(choice);
    CHECK(kinds(web(), after) == Words{"outbound-added high"});
  }
  for (const Process& holder : {kNginx, kPerl}) {
    CHECK(kinds(web(), web_with_443({holder}).chosen_by(PortChoice::kernel)) ==
          Words{"inbound-added notice"});
  }
}

TEST_CASE(
    "a connection that was accepted outside the ephemeral range is inbound without a listener") {
  Builder after;
  from_443(after, {kPerl}).chosen_by(PortChoice::kernel);
  CHECK(last_role(after) == Role::inbound);
  CHECK(last_role(Builder().connect(kPeer, 443, {kPerl}).chosen_by(PortChoice::kernel)) ==
        Role::outbound);
}

TEST_CASE("another program that borrows a listener's port is outbound") {
  CHECK(kinds(web(), web_with_443({kPerl})) == Words{"outbound-added high"});
  CHECK(kinds(web(), web_with_443({kNginx, kPerl})) ==
        Words{"outbound-added high", "outbound-added high"});
  CHECK(kinds(web(), web_with_443({kNginx})) == Words{"inbound-added notice"});
}

TEST_CASE("a port that a listener had before is not lent to another program") {
  Builder after;
  from_443(after, {kPerl});
  CHECK(kinds(web(), after) == Words{"outbound-added high", "listener-removed notice"});
  Builder session;
  from_443(session, {kNginx});
  CHECK(kinds(web(), session) == Words{"listener-removed notice", "inbound-added notice"});
}

TEST_CASE("a child of the listener's holder accepts for it") {
  Builder after = web_with_443({process("session", 900)});
  CHECK(last_role(after) == Role::outbound);
  CHECK(last_role(after.child_of(900, kNginx)) == Role::inbound);
}

TEST_CASE("a child of a holder that is gone accepts for the listener that was there before") {
  Builder after;
  from_443(after, {process("session", 900)}).child_of(900, kNginx);
  CHECK(last_role_after(web(), after).role == Role::inbound);
  CHECK(last_role_after(web(), Builder(after).second_boot()).role == Role::outbound);
}

TEST_CASE("the service manager's descent proves nothing") {
  const Process systemd = process("systemd", 1);
  Builder after = Builder().listen("0.0.0.0", 443, {systemd});
  from_443(after, {kPerl}).child_of(kPerl.pid, systemd);
  CHECK(last_role(after) == Role::outbound);
}

TEST_CASE("connections without a holder by nature at a listener's port are inbound") {
  for (const OwnerState state : {OwnerState::pending_accept, OwnerState::request,
                                 OwnerState::time_wait, OwnerState::orphan}) {
    CAPTURE(to_string(state));
    CHECK(last_role(web_with_443({}, state)) == Role::inbound);
  }
}

TEST_CASE("what the kernel holds is accepted by the kernel's own listener alone") {
  const auto beside = [](OwnerState listening) {
    Builder builder = Builder().listen("0.0.0.0", 443, {}, listening);
    return last_role(from_443(builder, {}, OwnerState::kernel));
  };
  CHECK(beside(OwnerState::kernel) == Role::inbound);
  CHECK(last_role(web_with_443({}, OwnerState::kernel)) == Role::outbound);
}

TEST_CASE("a session that was inbound before stays so, by its cookie") {
  const Builder before = web_with_443({kNginx}).cookie(5);
  Builder after;
  from_443(after, {kPerl}).cookie(5);
  CHECK(last_role_after(before, after).role == Role::inbound);
  CHECK(last_role_after(before, Builder(after).cookie(6)).role == Role::outbound);
  CHECK(last_role_after(before, Builder(after).second_boot()).role == Role::outbound);
}

TEST_CASE("where the holder or the listener's holder cannot be seen the role is undecided") {
  Builder unseen_listener = Builder().listen("0.0.0.0", 443, {}, OwnerState::not_permitted);
  from_443(unseen_listener, {kPerl});
  for (const Builder& after : {web_with_443({}, OwnerState::not_permitted),
                               web_with_443({}, OwnerState::no_process), unseen_listener}) {
    CHECK(last_role_after(web(), after).undecided);
    CHECK_FALSE(is_conclusive(diff(web().get(), after.get())));
  }
}

TEST_CASE("an undecided connection that was there before is nothing new") {
  const Builder before = web_with_443({kNginx}).cookie(5);
  const Builder after = web_with_443({}, OwnerState::not_permitted).cookie(5);
  const auto comparison = diff(before.get(), after.get());
  CHECK(comparison.changes.empty());
  CHECK(is_conclusive(comparison));
  CHECK(is_quiet(after, after));
}

TEST_CASE("a connection that BEFORE could not decide goes the way that AFTER knows") {
  const Builder before = web_with_443({}, OwnerState::not_permitted).cookie(5);
  const auto comparison = diff(before.get(), web_with_443({kPerl}).cookie(5).get());
  CHECK(comparison.changes.empty());
  CHECK(has_decisive(comparison, GapCode::owners_not_visible, Side::before));
  CHECK(kinds(before, web_with_443({kPerl}).cookie(6)) ==
        Words{"outbound-added high", "inbound-removed notice"});
}

TEST_CASE("UDP in a server's name by another process is outbound") {
  const Process named = process("named", 10);
  const auto connected = [&](const Process& owner) {
    return Builder()
        .udp("0.0.0.0", 53, {named})
        .socket(Protocol::udp, State::connected, endpoint("10.0.0.5", 53), endpoint(kPeer, 53),
                {owner});
  };
  const Builder before = Builder().udp("0.0.0.0", 53, {named});
  CHECK(kinds(before, connected(named)) == Words{"inbound-added notice"});
  CHECK(kinds(before, connected(process("named", 11))) == Words{"outbound-added high"});
  CHECK(kinds(before, connected(kPerl)) == Words{"outbound-added high"});
}

TEST_CASE("a pair of which one program holds both ends is no peer") {
  Builder pair = loopback(40000, 41000, kNginx);
  pair.socket(Protocol::tcp, State::established, endpoint("127.0.0.1", 41000),
              endpoint("127.0.0.1", 40000), {process("nginx", 201)});
  CHECK(is_quiet(Builder(), pair));
  Builder of_two = loopback(40000, 41000, kNginx);
  of_two.socket(Protocol::tcp, State::established, endpoint("127.0.0.1", 41000),
                endpoint("127.0.0.1", 40000), {kPerl});
  CHECK_FALSE(is_quiet(Builder(), of_two));
}

TEST_CASE("a loopback peer on a port that the kernel chose is one without its port") {
  const auto to = [](std::uint16_t port, std::optional<PortChoice> choice) {
    Builder builder = Builder().listen("127.0.0.1", port, {process("jvm", 500)});
    builder.last().port_choice = choice;
    builder.socket(Protocol::tcp, State::established, endpoint("127.0.0.1", 39999),
                   endpoint("127.0.0.1", port), {kPerl});
    return builder;
  };
  CHECK(is_quiet(to(45000, PortChoice::kernel), to(46000, PortChoice::kernel)));
  CHECK(kinds(to(45000, PortChoice::program), to(46000, PortChoice::program)) ==
        Words{"moved low", "outbound-added low", "outbound-removed notice"});
  CHECK(kinds(Builder(), to(45000, PortChoice::kernel)) ==
        Words{"listener-added low", "outbound-added low"});
  CHECK(is_quiet(to(45000, {}), to(45000, {})));
  const auto unknown = diff(to(45000, {}).get(), to(46000, {}).get());
  CHECK(unknown.changes.empty());
  CHECK(has_decisive(unknown, GapCode::port_choice_not_known, Side::after));
}

TEST_CASE("a health check that is over at an own listener is no peer") {
  const auto checked = [](std::uint16_t from) {
    Builder builder = Builder().listen("127.0.0.1", 9000, {kNginx});
    return builder.socket(Protocol::tcp, State::time_wait, endpoint("127.0.0.1", from),
                          endpoint("127.0.0.1", 9000), {}, OwnerState::time_wait);
  };
  CHECK(is_quiet(Builder().listen("127.0.0.1", 9000, {kNginx}), checked(40000)));
  CHECK(is_quiet(checked(40001), Builder().listen("127.0.0.1", 9000, {kNginx})));
}

TEST_CASE("TIME_WAIT to a new peer is a new peer, and hides no program") {
  const auto closed = [](const Builder& with) {
    Builder builder = with;
    return builder.connect(kPeer, 4444, {}, State::time_wait, OwnerState::time_wait);
  };
  const Builder open = Builder().connect(kPeer, 4444, {kPerl});
  CHECK(kinds(Builder(), closed({})) == Words{"outbound-added high"});
  CHECK(diff(Builder().get(), closed({}).get()).changes.at(0).message ==
        "new outbound peer: tcp 203.0.113.7:4444 (time-wait, no process)");
  CHECK(is_quiet(closed({}), closed({})));
  CHECK(kinds(closed({}), open) == Words{"outbound-added high"});
  CHECK(kinds(closed({}), closed(open)) == Words{"outbound-added high"});
  CHECK(is_quiet(open, closed({})));
}

TEST_CASE("an interpreter whose script is not known borrows no port of another one") {
  Process server = process("python3", 300);
  server.interpreter = true;
  Process other = server;
  other.pid = 901;
  other.start_ticks = 90'100;
  Builder after = Builder().listen("0.0.0.0", 443, {server});
  CHECK(last_role(from_443(after, {other})) == Role::outbound);
  Builder own = Builder().listen("0.0.0.0", 443, {server});
  CHECK(last_role(from_443(own, {server})) == Role::inbound);
}
