#include "netmon/core/model/span.h"

#include <doctest/doctest.h>

#include <chrono>

#include "builder.h"
#include "comparison.h"

namespace netmon {
namespace {

using namespace std::chrono_literals;
using test::Builder;
using test::endpoint;
using test::kNginx;
using test::kPython;
using test::kSshd;
using test::process;

// A sample that was taken `seconds` after the beginning of the span.
Builder sample(int seconds) {
  Builder builder;
  builder.info().started_at += std::chrono::seconds(seconds);
  builder.info().finished_at = builder.info().started_at + 5ms;
  return builder;
}

template <typename... Builders>
Snapshot span_of(const Builders&... samples) {
  SpanUnion span;
  (span.add(samples.get()), ...);
  return std::move(span).finish(1s);
}

Builder with_connection(int seconds, std::uint64_t cookie, State state, std::vector<Process> owners,
                        OwnerState without) {
  Builder builder = sample(seconds);
  builder.connect("203.0.113.7", 443, std::move(owners), state, without);
  builder.last().cookie = cookie;
  return builder;
}

}  // namespace

TEST_CASE("a span holds what any of its samples had, and says when and how often") {
  Builder first = sample(0);
  first.listen("0.0.0.0", 22, {kSshd}).cookie(22);
  Builder second = sample(1);
  second.listen("0.0.0.0", 22, {kSshd}).cookie(22).listen("0.0.0.0", 31337, {kPython});
  Builder third = sample(2);
  third.listen("0.0.0.0", 22, {kSshd}).cookie(22);
  const Snapshot span = span_of(first, second, third);

  REQUIRE(span.sockets.size() == 2);
  REQUIRE(span.sightings.size() == 2);
  CHECK(span.info.span == Span{.every = 1s, .samples = 3});
  CHECK(span.info.started_at == first.info().started_at);
  CHECK(span.info.finished_at == third.info().finished_at);
  CHECK(span.sockets[0].local.port == 22);
  CHECK(span.sightings[0] == Sighting{first.info().started_at, third.info().started_at, 3});
  CHECK(span.sockets[1].local.port == 31337);
  CHECK(span.sightings[1] == Sighting{second.info().started_at, second.info().started_at, 1});
  CHECK(span.shown_process(span.sockets[1])->name == "python3");
}

TEST_CASE("one sample's span is that sample") {
  Builder only = sample(0);
  only.listen("0.0.0.0", 22, {kSshd}).cookie(22).connect("10.0.0.9", 5432, {kNginx, kPython});
  Snapshot span = span_of(only);
  CHECK(span.sightings.size() == 2);
  CHECK(span.owners.size() == 3);
  CHECK(diff(only.get(), span).changes.empty());
  CHECK(diff(span, only.get()).changes.empty());
}

TEST_CASE("a connection that is closed within a span keeps its process") {
  const Builder open = with_connection(0, 5, State::established, {kPython}, OwnerState::held);
  const auto closed_as = [&](std::uint64_t cookie, State state, OwnerState left) {
    return span_of(open, with_connection(1, cookie, state, {}, left));
  };
  for (const Snapshot& span : {closed_as(6, State::time_wait, OwnerState::time_wait),
                               closed_as(5, State::last_ack, OwnerState::orphan),
                               closed_as(5, State::established, OwnerState::vanished)}) {
    REQUIRE(span.sockets.size() == 1);
    CHECK(span.sockets[0].owner_state == OwnerState::held);
    CHECK(span.sockets[0].state == State::established);
    CHECK(span.shown_process(span.sockets[0])->name == "python3");
    CHECK(span.sightings[0].samples == 2);
  }
}

TEST_CASE("a new connection between the same ends is another socket") {
  const Snapshot span =
      span_of(with_connection(0, 5, State::established, {kPython}, OwnerState::held),
              with_connection(1, 9, State::established, {kNginx}, OwnerState::held));
  REQUIRE(span.sockets.size() == 2);
  CHECK(span.shown_process(span.sockets[0])->name == "python3");
  CHECK(span.shown_process(span.sockets[1])->name == "nginx");
}

TEST_CASE("a socket that was accepted within a span has its owner") {
  const Snapshot span =
      span_of(with_connection(0, 5, State::established, {}, OwnerState::pending_accept),
              with_connection(1, 5, State::established, {kNginx}, OwnerState::held));
  REQUIRE(span.sockets.size() == 1);
  CHECK(span.sockets[0].owner_state == OwnerState::held);
  CHECK(span.shown_process(span.sockets[0])->name == "nginx");
}

TEST_CASE("all owners of a span are kept, the oldest first") {
  Builder first = sample(0);
  first.listen("0.0.0.0", 80, {kPython}).cookie(80);
  Builder second = sample(1);
  second.listen("0.0.0.0", 80, {kNginx}).cookie(80);
  const Snapshot span = span_of(first, second);
  REQUIRE(span.sockets.size() == 1);
  const auto owners = span.owners_of(span.sockets[0]);
  REQUIRE(owners.size() == 2);
  CHECK(span.processes[owners[0].process].name == "nginx");
  CHECK(span.processes[owners[1].process].name == "python3");
}

TEST_CASE("namespaces and processes of different samples are told apart and put in order") {
  Builder first = sample(0);
  first.in({ScopeKind::named, "blue"}).listen("0.0.0.0", 80, {kNginx});
  Builder second = sample(1);
  second.in({ScopeKind::container, {}}, {"c1"}, 9).listen("0.0.0.0", 81, {kPython});
  const Snapshot span = span_of(first, second);
  REQUIRE(span.namespaces.size() == 3);
  for (const Socket& socket : span.sockets) {
    const bool blue = socket.local.port == 80;
    CHECK(span.namespaces[socket.netns].scope.kind ==
          (blue ? ScopeKind::named : ScopeKind::container));
    CHECK(span.shown_process(socket)->name == (blue ? "nginx" : "python3"));
  }
}

TEST_CASE("a gap of every sample counts once, what was lost in each adds up") {
  const Gap blind{GapCode::owners_not_visible, {}, {}, "Permission denied: 3 of 7", 5};
  const Gap lost{GapCode::processes_vanished, {}, {}, "", 2};
  Builder first = sample(0);
  first.gap(blind).gap(lost);
  Builder second = sample(1);
  Gap more = blind;
  more.count = 7;
  more.reason = "Permission denied: 3 of 8";
  second.gap(more).gap(lost);
  const Snapshot span = span_of(first, second);
  REQUIRE(span.gaps.size() == 2);
  CHECK(span.gaps[0].count == 7);
  CHECK(span.gaps[1].count == 4);
}

TEST_CASE("a hidden socket of any sample is the span's, once") {
  Builder first = sample(0);
  Snapshot one = first.get();
  one.hidden.push_back({.state = State::listen, .local = endpoint("0.0.0.0", 31337)});
  SpanUnion span;
  span.add(one);
  span.add(one);
  CHECK(std::move(span).finish(1s).hidden == one.hidden);
}

TEST_CASE("a process that was another program for a while is each of what it was") {
  Process wrapper = test::running(process("sh", 200), "/usr/bin/start.sh");
  Process service = test::process("app", 200);  // the same pid and start
  Builder first = sample(0);
  first.listen("0.0.0.0", 80, {wrapper}).cookie(80);
  Builder second = sample(1);
  second.listen("0.0.0.0", 80, {service}).cookie(80);
  const Snapshot span = span_of(first, second, first);
  REQUIRE_FALSE(inconsistency_of(span));
  REQUIRE(span.processes.size() == 2);
  CHECK(span.processes[0].name == "sh");
  CHECK(span.processes[1].name == "app");
  CHECK(span.owners_of(span.sockets[0]).size() == 2);
}

TEST_CASE("a service that was root for a moment shows in a diff of the span") {
  const Process web = test::as_user(process("app", 200), 33, "www-data");
  Builder before = sample(0);
  before.listen("0.0.0.0", 80, {web}).cookie(80);
  Builder moment = sample(1);
  moment.listen("0.0.0.0", 80, {test::as_user(web, 0, "root")}).cookie(80);
  Builder after = sample(2);
  after.listen("0.0.0.0", 80, {web}).cookie(80);
  CHECK(test::kinds(diff(before.get(), span_of(before, moment, after))) ==
        test::Words{"user-changed high"});
  CHECK(diff(before.get(), span_of(before, after)).changes.empty());
}

TEST_CASE("an executable, a script or a capability of one sample is the span's") {
  const Process web = test::running(process("python3", 200), "/srv/app.py");
  const auto differs = [&](auto change) {
    Process other = web;
    change(other);
    Builder usual = sample(0);
    usual.listen("0.0.0.0", 80, {web}).cookie(80);
    Builder moment = sample(1);
    moment.listen("0.0.0.0", 80, {other}).cookie(80);
    return test::kinds(diff(usual.get(), span_of(usual, moment, usual)));
  };
  CHECK(differs([](Process& p) { p.exe_sha256 = "x"; }) == test::Words{"executable-changed high"});
  CHECK(differs([](Process& p) { p.script->sha256 = "x"; }) == test::Words{"script-changed high"});
  CHECK(differs([](Process& p) { p.credentials->capabilities = 1ULL << 21U; }) ==
        test::Words{"privilege-gained high"});
  CHECK(differs([](Process& p) {
          p.code->foreign = {{"/tmp/x.so", false, "x"}};
        }) == test::Words{"code-changed high"});
  CHECK(differs([](Process& p) { p.code->exe_mapped = false; }) ==
        test::Words{"executable-forged high"});
}

TEST_CASE("what changes all the time makes no second process") {
  const auto titled = [](int seconds, std::string title) {
    Process web = process("nginx", 200);
    web.cmdline = std::move(title);
    web.started_at = Timestamp{std::chrono::milliseconds{seconds}};
    web.code->anonymous = seconds > 0;
    Builder builder = sample(seconds);
    builder.listen("0.0.0.0", 80, {web}).cookie(80);
    return builder;
  };
  const Snapshot span = span_of(titled(0, "worker 1"), titled(1, "worker 2"));
  CHECK(span.processes.size() == 1);
}

TEST_CASE("what one sample read of a process and another did not is kept") {
  Process unread = process("nginx", 200);
  unread.exe_sha256.reset();
  unread.code.reset();
  unread.credentials.reset();
  Builder first = sample(0);
  first.listen("0.0.0.0", 80, {unread}).cookie(80);
  Builder second = sample(1);
  second.listen("0.0.0.0", 80, {process("nginx", 200)}).cookie(80);
  for (const Snapshot& span : {span_of(first, second), span_of(second, first)}) {
    REQUIRE(span.processes.size() == 1);
    CHECK(span.processes[0].exe_sha256 == "sha256-of-nginx");
    CHECK(span.processes[0].code.has_value());
    CHECK(span.processes[0].credentials.has_value());
  }
}

TEST_CASE("a socket that listens and then connects is both") {
  Builder listening = sample(0);
  listening.listen("0.0.0.0", 80, {kNginx}).cookie(80);
  Builder connected = sample(1);
  connected.connect("203.0.113.7", 443, {kNginx}).cookie(80);
  for (const Snapshot& span : {span_of(listening, connected), span_of(connected, listening)}) {
    CHECK(span.sockets.size() == 2);
    CHECK(test::kinds(diff(Builder().get(), span)) ==
          test::Words{"listener-added high", "outbound-added high"});
  }
}

TEST_CASE("a socket that listened for a moment listens") {
  const auto in_state = [](int seconds, State state) {
    Builder builder = sample(seconds);
    return builder.socket(Protocol::tcp, state, endpoint("0.0.0.0", 80), {}, {kNginx}).cookie(80);
  };
  const Builder bound = in_state(0, State::bound);
  CHECK(test::kinds(diff(bound.get(), span_of(bound, in_state(1, State::listen), bound))) ==
        test::Words{"listener-added high"});
}

TEST_CASE("a socket that was bound anew shows all its addresses") {
  Builder narrow = sample(0);
  narrow.udp("127.0.0.1", 53, {kNginx}).cookie(53);
  Builder wide = sample(1);
  wide.udp("0.0.0.0", 53, {kNginx}).cookie(53);
  CHECK(test::kinds(diff(narrow.get(), span_of(narrow, wide, narrow))) ==
        test::Words{"exposure-widened high"});
}

TEST_CASE("a listener that was free of its interface for a moment shows all that could reach it") {
  const auto bound = [](int seconds, std::uint32_t index, bool v6only) {
    Builder builder = sample(seconds);
    builder.device(2, "eth0").listen("::", 80, {kNginx}).cookie(80);
    builder.last().device_index = index;
    builder.last().v6only = v6only;
    return builder;
  };
  const Builder before = bound(0, 2, true);
  CHECK(test::kinds(diff(before.get(), span_of(before, bound(1, 0, true), before))) ==
        test::Words{"exposure-widened high"});
  CHECK(test::kinds(diff(before.get(), span_of(before, bound(1, 2, false), before))) ==
        test::Words{"exposure-widened high"});
  CHECK(diff(before.get(), span_of(before, before)).changes.empty());
}

TEST_CASE("a namespace that was renamed within a span is one") {
  Builder first = sample(0);
  first.in({ScopeKind::named, "blue"}, {}, 7).listen("0.0.0.0", 80, {kNginx}).cookie(80);
  Builder second = sample(1);
  second.in({ScopeKind::named, "green"}, {}, 7).listen("0.0.0.0", 80, {kNginx}).cookie(80);
  CHECK(span_of(first, second).namespaces.size() == 2);
}

TEST_CASE("many samples of the same sockets are kept once") {
  Builder only = sample(0);
  only.listen("0.0.0.0", 22, {kSshd}).cookie(22).connect("10.0.0.9", 5432, {kPython});
  SpanUnion span;
  for (int i = 0; i < 1000; ++i) span.add(only.get());
  CHECK(span.sockets() == 2);
  CHECK(span.samples() == 1000);
}

}  // namespace netmon
