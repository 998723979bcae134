#include "cli/view/live_model.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "view/view_fixtures.h"

namespace netmon::cli {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::Builder;
using test::process;
using test::round_of;
using test::rows_of;
using Rows = std::vector<std::string>;

// The socket of the program `name` on `port`, with the same cookie in every snapshot.
Builder& service(Builder& builder, const std::string& name, std::uint16_t port) {
  builder.listen("0.0.0.0", port, {process(name, port)}).cookie(port);
  return builder;
}

Builder services(const std::vector<std::uint16_t>& ports) {
  Builder builder;
  for (const std::uint16_t port : ports) service(builder, "app", port);
  return builder;
}

}  // namespace

TEST_CASE("what is unexpected comes first, then what is new, then the rest by role") {
  Builder before;
  service(before, "sshd", 22);
  before.connect("192.0.2.9", 443, {process("curl", 5)}).cookie(1);
  Builder now;
  now.connect("192.0.2.9", 443, {process("curl", 5)}).cookie(1);
  service(now, "sshd", 22);
  now.accept("10.0.0.5", 22, {process("sshd", 22)}).cookie(2);
  service(now, "evil", 31337);
  LiveModel model;
  model.take(round_of(before, now), at(0s));
  CHECK(rows_of(model) == Rows{"! evil:31337", "+ sshd:22", "  sshd:22", "  curl:40000"});
  CHECK(model.counts().unexpected == 1);
  CHECK(model.counts().added == 1);
  CHECK(model.counts().sockets == 4);
}

TEST_CASE("of what is unexpected the gravest comes first") {
  Builder now;
  now.listen("127.0.0.1", 8000, {process("local", 5)})
      .listen("10.0.0.5", 9000, {process("lan", 6)});
  now.connect("203.0.113.1", 443, {process("out", 7)});
  LiveModel model;
  model.take(round_of(Builder(), now), at(0s));
  CHECK(rows_of(model) == Rows{"! out:40000", "! lan:9000", "! local:8000"});
}

TEST_CASE("what has gone stays for ten seconds, and says so") {
  LiveModel model;
  model.take(round_of(services({80, 81})), at(0s));
  model.take(round_of(services({80})), at(2s));
  CHECK(rows_of(model) == Rows{"  app:80", "- app:81"});
  CHECK(model.counts().gone == 1);
  REQUIRE(model.next_tick() == at(12s));
  CHECK_FALSE(model.tick(at(11999ms)));
  CHECK(rows_of(model).size() == 2);
  CHECK(model.tick(at(12s)));
  CHECK(rows_of(model) == Rows{"  app:80"});
  CHECK_FALSE(model.next_tick());
}

TEST_CASE("a row that has gone is there through the rounds that follow, and no longer") {
  LiveModel model;
  model.take(round_of(services({80, 81})), at(0s));
  for (int second = 2; second <= 20; second += 2) {
    model.take(round_of(services({80})), at(std::chrono::seconds(second)));
    CHECK(rows_of(model).size() == (second < 12 ? 2 : 1));
  }
}

TEST_CASE("a socket that comes back has one row") {
  LiveModel model;
  model.take(round_of(services({80, 81, 82})), at(0s));
  model.take(round_of(services({80})), at(1s));
  model.take(round_of(services({80, 81})), at(2s));
  CHECK(rows_of(model) == Rows{"  app:80", "  app:81", "- app:82"});
}

TEST_CASE("what was unexpected and has gone keeps both signs") {
  LiveModel model;
  model.take(round_of(Builder(), services({31337})), at(0s));
  model.take(round_of(Builder(), Builder()), at(1s));
  CHECK(rows_of(model) == Rows{"!-app:31337"});
  CHECK(model.counts().unexpected == 0);
}

TEST_CASE("rows that have gone are bounded, and those left out are counted") {
  Builder many;
  for (std::uint32_t i = 0; i < LiveModel::kMaxGone + 7; ++i) {
    many.connect("192.0.2.1", 443, {}, State::time_wait, OwnerState::time_wait).cookie(i + 1);
  }
  LiveModel model;
  model.take(round_of(many), at(0s));
  model.take(round_of(Builder()), at(1s));
  CHECK(model.counts().gone == LiveModel::kMaxGone);
  CHECK(model.gone_left_out() == 7);
}

TEST_CASE("the selection follows its socket through rounds, and its place on the screen") {
  LiveModel model;
  model.set_height(3);
  model.take(round_of(services({80, 81, 82, 83})), at(0s));
  model.move(2);
  CHECK(model.selected() == 2);
  model.take(round_of(services({70, 71, 80, 81, 82, 83})), at(1s));
  CHECK(rows_of(model)[model.selected()] == "  app:82");
  CHECK(model.selected() - model.top() == 2);
}

TEST_CASE("until somebody moves it the selection is the first row, whichever that is") {
  LiveModel model;
  model.take(round_of(services({}), services({80})), at(0s));
  Builder before = services({80});
  model.take(round_of(before, services({80, 31337})), at(1s));
  CHECK(rows_of(model)[model.selected()] == "! app:31337");
  model.move(1);
  model.select_first();
  CHECK(model.selected() == 0);
}

TEST_CASE("the selection stays on the screen and among the rows") {
  LiveModel model;
  model.move(5);
  CHECK(model.rows().empty());
  model.take(round_of(services({1, 2, 3, 4, 5, 6, 7, 8, 9})), at(0s));
  model.set_height(4);
  model.move(100);
  CHECK(model.selected() == 8);
  CHECK(model.top() == 5);
  model.move(-3);
  CHECK(model.top() == 5);
  model.move(-1);
  CHECK(model.top() == 4);
  model.select_last();
  model.take(round_of(services({1, 2})), at(1s));
  model.tick(at(30s));
  CHECK(model.selected() < 2);
  CHECK(model.top() == 0);
  model.set_height(0);
  CHECK(model.height() == 1);
}

TEST_CASE("a filter leaves rows out and says how many that matter") {
  LiveModel model;
  Builder before = services({80});
  model.take(round_of(before, services({80, 31337})), at(0s));
  model.set_filter("port=80", parse_filter("port=80"));
  CHECK(rows_of(model) == Rows{"  app:80"});
  CHECK(model.counts().unexpected == 1);
  CHECK(model.counts().unexpected_hidden == 1);
  CHECK(model.rows_before_filter() == 2);
  model.set_filter("", parse_filter(""));
  CHECK(rows_of(model).size() == 2);
  CHECK(model.counts().unexpected_hidden == 0);
}

TEST_CASE("a filter holds for what has gone as well") {
  LiveModel model;
  model.set_filter("port=80", parse_filter("port=80"));
  model.take(round_of(services({80, 81})), at(0s));
  model.take(round_of(Builder()), at(1s));
  CHECK(rows_of(model) == Rows{"- app:80"});
}

TEST_CASE("the orders sort as they say") {
  Builder now;
  service(now, "zeta", 443);
  now.connect("192.0.2.9", 443, {process("beta", 5)}).cookie(1);
  now.connect("192.0.2.1", 443, {process("alpha", 6)}).cookie(2);
  LiveModel model;
  model.take(round_of(now), at(0s));
  model.set_order(Order::process);
  CHECK(rows_of(model) == Rows{"  alpha:40000", "  beta:40000", "  zeta:443"});
  model.set_order(Order::local);
  CHECK(rows_of(model)[0] == "  zeta:443");
  model.set_order(Order::remote);
  CHECK(rows_of(model) == Rows{"  alpha:40000", "  beta:40000", "  zeta:443"});
  Builder later = now;
  service(later, "late", 8080).later();
  model.take(round_of(later), at(1s));
  model.set_order(Order::newest);
  CHECK(rows_of(model)[0] == "  late:8080");
  model.next_order();
  CHECK(model.order() == Order::process);
}

TEST_CASE("after the last order comes the first") {
  LiveModel model;
  std::vector<std::string> seen;
  do {
    seen.emplace_back(to_string(model.order()));
    model.next_order();
  } while (model.order() != Order::matters);
  CHECK(seen.size() == 5);
}

TEST_CASE("when it was first seen is kept from round to round") {
  LiveModel model;
  Builder first = services({80});
  Builder second = services({80, 81});
  second.later();
  model.take(round_of(first), at(0s));
  model.take(round_of(second), at(1s));
  const Part& part = model.part(model.rows()[0]);
  CHECK(part.first_seen[0] == first.info().started_at);
  CHECK(part.first_seen[1] == second.info().started_at);
}

TEST_CASE("while it is paused nothing moves, and then the newest round is there") {
  LiveModel model;
  model.take(round_of(services({80, 81})), at(0s));
  model.toggle_pause(at(1s));
  model.take(round_of(services({80})), at(2s));
  model.take(round_of(services({80, 82})), at(4s));
  CHECK(rows_of(model) == Rows{"  app:80", "  app:81"});
  CHECK(model.rounds_waiting() == 2);
  CHECK_FALSE(model.tick(at(60s)));
  model.toggle_pause(at(61s));
  CHECK(rows_of(model) == Rows{"  app:80", "  app:82", "- app:81"});
  CHECK(model.rounds_waiting() == 0);
}

TEST_CASE("a row is found by its socket while it has one") {
  LiveModel model;
  model.take(round_of(services({80, 81})), at(0s));
  model.take(round_of(services({80})), at(1s));
  REQUIRE(model.find(81));
  CHECK(model.is_gone(*model.find(81)));
  model.tick(at(11s));
  CHECK_FALSE(model.find(81));
  CHECK(model.find(80));
}

}  // namespace netmon::cli
