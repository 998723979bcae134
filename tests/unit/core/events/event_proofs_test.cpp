#include "core/events/event_proofs.h"

#include <doctest/doctest.h>

#include "netmon/core/events/span_events.h"

using namespace netmon;

namespace {

constexpr std::uint64_t kCountedNetns = 4026531840;

SocketEvent event_of(EventKind kind, std::uint64_t count) {
  SocketEvent event;
  event.kind = kind;
  event.netns_cookie = 1;
  event.netns_id = kCountedNetns;
  event.count = count;
  return event;
}

EventWindow with_canary(std::uint64_t seen) {
  EventWindow window;
  window.canaries = {
      {.netns_cookie = 1, .netns_id = kCountedNetns, .done = {{EventKind::listen, 2}}}};
  window.events = {event_of(EventKind::listen, seen)};
  window.processes.emplace_back();
  window.events[0].process = 0;
  return window;
}

// The kernel counted 10 connections while everything was attached, and 13 in the whole window.
EventWindow with_counters(std::uint64_t seen) {
  EventWindow window;
  window.readings.before_attaching = {{kCountedNetns, {.active = 99, .passive = 0}}};
  window.readings.attached = {{kCountedNetns, {.active = 100, .passive = 0}}};
  window.readings.before_detaching = {{kCountedNetns, {.active = 110, .passive = 0}}};
  window.readings.detached = {{kCountedNetns, {.active = 112, .passive = 0}}};
  window.events = {event_of(EventKind::connect, seen)};
  return window;
}

std::uint64_t lost_of(const EventWindow& window) {
  std::uint64_t count = 0;
  for (const Gap& gap : gaps_of(event_proofs_of(window))) {
    CHECK(gap.code == GapCode::events_lost);
    count += gap.count;
  }
  return count;
}

}  // namespace

TEST_CASE("a canary must be seen as often as it sang") {
  CHECK(lost_of(with_canary(2)) == 0);
  CHECK(lost_of(with_canary(1)) == 1);
  CHECK(lost_of(with_canary(3)) == 1);
  EventWindow silent = with_canary(2);
  silent.events.clear();
  CHECK(lost_of(silent) == 2);
}

TEST_CASE("what the kernel counted while all was attached must have been seen") {
  CHECK(lost_of(with_counters(10)) == 0);
  CHECK(lost_of(with_counters(13)) == 0);
  CHECK(lost_of(with_counters(14)) == 0);  // a connection for which there was no route
  CHECK(lost_of(with_counters(9)) == 1);
  const std::vector<EventProof> proofs = event_proofs_of(with_counters(11));
  REQUIRE(proofs.size() == 1);
  CHECK(proofs[0].at_least == 10);
  CHECK(proofs[0].at_most == 13);
  CHECK(proofs[0].seen == 11);
}

TEST_CASE("a namespace that was made within the window began to count at zero") {
  EventWindow window = with_counters(109);
  window.readings.before_attaching.clear();
  window.readings.attached.clear();
  CHECK(lost_of(window) == 1);
  window.readings.before_detaching.clear();  // and ended within it
  CHECK(lost_of(window) == 0);
}

TEST_CASE("counters say nothing where other containers' events are left out") {
  EventWindow window = with_counters(9);
  window.counts = {{.kind = EventKind::connect, .seen = 10, .stored = 9, .outside = 1}};
  CHECK(lost_of(window) == 0);
}

TEST_CASE("counters do not count once more what found no room") {
  EventWindow window = with_counters(9);
  SUBCASE("of its program") {
    window.counts = {{.kind = EventKind::connect, .seen = 10, .stored = 9, .dropped_program = 1}};
  }
  SUBCASE("of all") {
    window.counts = {{.kind = EventKind::connect, .seen = 10, .stored = 9, .dropped_all = 1}};
  }
  CHECK(lost_of(window) == 0);
  window.counts = {{.kind = EventKind::connect, .seen = 9, .stored = 9}};
  CHECK(lost_of(window) == 1);
}

TEST_CASE("the events of canaries are no rows, and count as stored") {
  Snapshot span;
  span.info.span = Span{};
  EventWindow window = with_canary(2);
  window.counts = {{.kind = EventKind::listen, .seen = 2, .stored = 2}};
  add_events(span, window);
  CHECK(span.sockets.empty());
  CHECK(span.namespaces.empty());
  CHECK(span.gaps.empty());
  CHECK(account_text(span.event_counts, span.event_proofs) ==
        "2 events seen, 2 stored, 0 lost; 2 of 2 canaries");
}

TEST_CASE("where no canary could be made, that decides") {
  Snapshot span;
  EventWindow window;
  window.no_canary = "a canary: a network namespace: Operation not permitted";
  add_events(span, window);
  REQUIRE(span.gaps.size() == 1);
  CHECK(span.gaps[0].code == GapCode::events_lost);
}

TEST_CASE("the account says in how many namespaces the kernel counts the same") {
  const auto text = [](std::uint64_t seen) {
    return account_text({{.seen = 12, .stored = 9, .outside = 1, .dropped_program = 2}},
                        event_proofs_of(with_counters(seen)));
  };
  CHECK(text(10) ==
        "12 events seen, 9 stored, 2 lost, 1 outside this pid namespace; 0 of 0 canaries; the "
        "kernel's "
        "counters agree in 1 namespace");
  CHECK(text(9) ==
        "12 events seen, 9 stored, 2 lost, 1 outside this pid namespace; 0 of 0 canaries; the "
        "kernel's "
        "counters are higher in 1 namespace");
  CHECK(account_text({}, {}).empty());
}
