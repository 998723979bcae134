#include <doctest/doctest.h>

#include "builder.h"
#include "comparison.h"
#include "netmon/core/diff/diff.h"

namespace netmon {
namespace {

using test::Builder;
using test::endpoint;
using test::has_caveat;
using test::kinds;
using test::kPython;
using test::Words;

HiddenSocket listener(std::uint16_t port) {
  return {.state = State::listen, .local = endpoint("0.0.0.0", port)};
}

Snapshot with(std::vector<HiddenSocket> hidden) {
  Snapshot snapshot = Builder().get();
  snapshot.hidden = std::move(hidden);
  return snapshot;
}

}  // namespace

TEST_CASE("a socket that one view hides is a high change of its own") {
  const auto comparison = diff(with({}), with({listener(31337)}));
  REQUIRE(kinds(comparison) == Words{"hidden-socket high"});
  CHECK(comparison.changes[0].message ==
        "hidden socket: tcp 0.0.0.0:31337 (process not known): seen in netlink; missing from "
        "proc");
  CHECK(comparison.changes[0].fingerprint.size() == 17);
}

TEST_CASE("a hidden socket names its process where it is known") {
  Snapshot after = with({listener(31337)});
  after.processes.push_back(kPython);
  after.hidden[0].process = 0;
  CHECK(diff(with({}), after).changes[0].process->name == "python3");
}

TEST_CASE("a hidden connection is told by its peer") {
  const HiddenSocket hidden{.state = State::established,
                            .local = endpoint("10.0.0.5", 40000),
                            .remote = endpoint("203.0.113.7", 4444)};
  const auto comparison = diff(with({}), with({hidden}));
  REQUIRE(comparison.changes.size() == 1);
  CHECK(comparison.changes[0].identity.remote == Peer{"203.0.113.7", 4444});
  HiddenSocket reconnected = hidden;
  reconnected.local.port = 50000;
  CHECK(diff(with({hidden}), with({reconnected})).changes.empty());
}

TEST_CASE("a socket that was hidden before is no change, and is said") {
  const auto still = diff(with({listener(31337)}), with({listener(31337)}));
  CHECK(still.changes.empty());
  CHECK(has_caveat(still, "hidden-sockets"));
  const auto gone = diff(with({listener(31337)}), with({}));
  CHECK(gone.changes.empty());
  CHECK(has_caveat(gone, "hidden-sockets"));
}

TEST_CASE("workers that are hidden alike are one change with a count") {
  const auto comparison = diff(with({}), with({listener(31337), listener(31337)}));
  REQUIRE(comparison.changes.size() == 1);
  CHECK(comparison.changes[0].sockets_after == 2);
}

TEST_CASE("as many hidden sockets as a process may hold are each looked for once") {
  constexpr int kMany = 20'000;
  std::vector<HiddenSocket> hidden;
  for (int i = 1; i <= kMany; ++i) {
    hidden.push_back(listener(static_cast<std::uint16_t>(i % 6'000 + 1)));
    hidden.back().local.address.bytes[3] = static_cast<std::uint8_t>(i / 6'000);
  }
  CHECK(diff(with(hidden), with(hidden)).changes.empty());
  CHECK(diff(with({}), with(hidden)).changes.size() == kMany);
}

TEST_CASE("another view that misses it is another finding") {
  HiddenSocket other = listener(31337);
  other.seen_in = View::bpf;
  other.missing_from = View::netlink;
  CHECK(kinds(diff(with({listener(31337)}), with({listener(31337), other}))) ==
        Words{"hidden-socket high"});
}

}  // namespace netmon
