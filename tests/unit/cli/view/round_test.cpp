#include "cli/view/round.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "view/view_fixtures.h"

namespace netmon::cli {
namespace {

using test::Builder;
using test::process;
using test::round_of;
using Marks = std::vector<Mark>;

}  // namespace

TEST_CASE("a new listener is unexpected, and what stayed is known") {
  Builder before;
  before.listen("0.0.0.0", 22, {process("sshd", 10)});
  Builder now;
  now.listen("0.0.0.0", 22, {process("sshd", 10)}).listen("0.0.0.0", 31337, {process("evil", 66)});
  const Round round = round_of(before, now);
  CHECK(round.present.marks == Marks{Mark::known, Mark::unexpected});
  CHECK(round.present.kinds[1] == ChangeKind::listener_added);
  CHECK(round.missing.keys.empty());
}

TEST_CASE("only the newcomer's connection to a peer that others talk to is marked") {
  Builder before;
  before.connect("192.0.2.1", 5432, {process("billing", 20)});
  Builder now;
  now.connect("192.0.2.1", 5432, {process("billing", 20)});
  now.connect("192.0.2.1", 5432, {process("python3", 66)});
  const Round round = round_of(before, now);
  CHECK(round.present.marks == Marks{Mark::known, Mark::unexpected});
}

TEST_CASE("what a standing rule approves is new, and not unexpected") {
  Builder before;
  Builder now;
  now.listen("0.0.0.0", 8080, {process("web", 30)});
  Expectations rules;
  rules.rules.push_back({.changes = {ChangeKind::listener_added},
                         .match = {.ports = {{8080, 8080}}},
                         .reason = "planned"});
  CHECK(round_of(before, now, rules).present.marks == Marks{Mark::added});
}

TEST_CASE("without a baseline nothing is unexpected, and what came is new") {
  Builder first;
  Builder now;
  now.listen("0.0.0.0", 31337, {process("evil", 66)});
  const Round round = make_round(now.get(), review(diff(first.get(), now.get())), false);
  CHECK(round.present.marks == Marks{Mark::added});
}

TEST_CASE("a listener that is gone has a row with its process") {
  Builder before;
  before.listen("10.0.0.5", 5432, {process("postgres", 40)});
  const Round round = round_of(before, Builder());
  REQUIRE(round.missing.snapshot.sockets.size() == 1);
  CHECK(round.missing.marks == Marks{Mark::missing});
  CHECK(round.missing.snapshot.processes[0].name == "postgres");
  CHECK(to_string(round.missing.snapshot.sockets[0].local.address) == "10.0.0.5");
  CHECK_FALSE(inconsistency_of(round.missing.snapshot));
}

TEST_CASE("a peer that is gone has no row") {
  Builder before;
  before.connect("192.0.2.1", 443, {process("curl", 50)});
  CHECK(round_of(before, Builder()).missing.keys.empty());
}

TEST_CASE("an excerpt holds its sockets with their processes and parents, and no others") {
  Builder now;
  now.listen("0.0.0.0", 22, {process("sshd", 10)});
  now.listen("0.0.0.0", 80, {process("nginx", 20), process("worker", 21)});
  now.child_of(21, process("nginx", 20)).child_of(20, process("systemd", 1));
  const Round round = round_of(now);
  const std::array<std::uint32_t, 1> second{1};
  const Part part = excerpt_of(round.present, second);
  CHECK_FALSE(inconsistency_of(part.snapshot));
  REQUIRE(part.snapshot.sockets.size() == 1);
  CHECK(part.snapshot.processes.size() == 3);
  const auto owners = part.snapshot.owners_of(part.snapshot.sockets[0]);
  REQUIRE(owners.size() == 2);
  const auto ancestors = ancestors_of(part.snapshot, part.snapshot.processes[owners[1].process]);
  REQUIRE(ancestors.size() == 2);
  CHECK(ancestors[0]->name == "nginx");
  CHECK(ancestors[1]->name == "systemd");
  CHECK(part.keys == std::vector<SocketKey>{round.present.keys[1]});
}

TEST_CASE("the review of a socket has its changes alone") {
  Builder before;
  Builder now;
  now.listen("0.0.0.0", 31337, {process("evil", 66)}).listen("0.0.0.0", 80, {process("web", 67)});
  const Round round = round_of(before, now);
  const Review found = review_of(round, round.present, 0);
  REQUIRE(found.changes.size() == 1);
  CHECK(found.changes[0].change.port == 31337);
}

TEST_CASE("sockets without a cookie keep their key, and differ from one another") {
  Builder now;
  now.socket(Protocol::raw, State::unconnected, {}, {}, {process("ping", 70)}).cookie(0);
  now.last().inode = 7;
  now.socket(Protocol::raw, State::unconnected, {}, {}, {process("ping", 71)}).cookie(0);
  now.last().inode = 8;
  const Round first = round_of(now);
  CHECK(first.present.keys[0] != first.present.keys[1]);
  CHECK(round_of(now).present.keys == first.present.keys);
}

}  // namespace netmon::cli
