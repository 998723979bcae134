#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/builder.h"
#include "netmon/core/diff/diff.h"

namespace netmon {
namespace {

using test::Builder;
using test::process;
using Sockets = std::vector<std::uint32_t>;

// The sockets of the one change of this kind.
Sockets sockets_of(const Builder& before, const Builder& after, ChangeKind kind) {
  std::vector<Sockets> found;
  for (const Change& change : diff(before.get(), after.get()).changes) {
    if (change.kind == kind) found.push_back(change.sockets);
  }
  REQUIRE(found.size() == 1);
  return found.front();
}

}  // namespace

TEST_CASE("a new listener names all its sockets") {
  Builder after;
  after.connect("192.0.2.1", 443, {process("curl", 1)});
  after.listen("0.0.0.0", 80, {process("web", 2)}).listen("::1", 80, {process("web", 2)});
  CHECK(sockets_of(Builder(), after, ChangeKind::listener_added) == Sockets{1, 2});
}

TEST_CASE("a program that is new at a peer names its own sockets, not those of the others") {
  Builder before;
  before.connect("192.0.2.1", 443, {process("curl", 1)});
  Builder after = before;
  after.connect("192.0.2.1", 443, {process("evil", 2)});
  after.connect("192.0.2.1", 443, {process("evil", 2)});
  CHECK(sockets_of(before, after, ChangeKind::outbound_added) == Sockets{1, 2});
}

TEST_CASE("what nobody is known to hold is named by its place") {
  Builder after;
  after.connect("192.0.2.1", 443, {}, State::time_wait, OwnerState::time_wait);
  CHECK(sockets_of(Builder(), after, ChangeKind::outbound_added) == Sockets{0});
}

TEST_CASE("what was removed names none") {
  Builder before;
  before.listen("0.0.0.0", 80, {process("web", 2)});
  CHECK(sockets_of(before, Builder(), ChangeKind::listener_removed).empty());
}

}  // namespace netmon
