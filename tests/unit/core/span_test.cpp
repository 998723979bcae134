#include "netmon/span.h"

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

// A sample `seconds` into the span.
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
  first.listen("0.0.0.0", 22, {kSshd});
  Builder second = sample(1);
  second.listen("0.0.0.0", 22, {kSshd}).listen("0.0.0.0", 31337, {kPython});
  second.last().cookie = 77;
  Builder third = sample(2);
  third.listen("0.0.0.0", 22, {kSshd});
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
  only.listen("0.0.0.0", 22, {kSshd}).connect("10.0.0.9", 5432, {kNginx, kPython});
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
  first.listen("0.0.0.0", 80, {kPython});
  Builder second = sample(1);
  second.listen("0.0.0.0", 80, {kNginx});
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
  second.in({ScopeKind::container, {}}, {"c1"}).listen("0.0.0.0", 81, {kPython});
  second.last().cookie = 40;
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

TEST_CASE("many samples of the same sockets are kept once") {
  Builder only = sample(0);
  only.listen("0.0.0.0", 22, {kSshd}).connect("10.0.0.9", 5432, {kPython});
  SpanUnion span;
  for (int i = 0; i < 1000; ++i) span.add(only.get());
  CHECK(span.sockets() == 2);
  CHECK(span.samples() == 1000);
}

}  // namespace netmon
