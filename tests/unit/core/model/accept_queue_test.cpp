#include "netmon/core/model/accept_queue.h"

#include <doctest/doctest.h>

#include "builder.h"
#include "comparison.h"

namespace netmon {
namespace {

using test::Builder;
using test::endpoint;
using test::kNginx;
using test::kSshd;
using Accepting = std::map<std::uint32_t, std::uint32_t>;

// A connection to this address, port 80, that nobody has accepted.
Builder& wait_at(Builder& builder, std::string_view address) {
  return builder.socket(Protocol::tcp, State::established, endpoint(address, 80),
                        endpoint("10.0.0.9", 40000), {}, OwnerState::pending_accept);
}

}  // namespace

TEST_CASE("a connection not yet accepted belongs to the listener of its port") {
  Builder builder;
  builder.listen("0.0.0.0", 22, {kSshd}).listen("0.0.0.0", 80, {kNginx});
  CHECK(accepting_listeners(wait_at(builder, "10.0.0.5").get()) == Accepting{{2, 1}});
}

TEST_CASE("a listener on the connection's own address comes before one on any") {
  Builder builder;
  builder.listen("0.0.0.0", 80, {kSshd}).listen("10.0.0.5", 80, {kNginx});
  wait_at(builder, "10.0.0.5");
  wait_at(builder, "10.0.0.6");
  CHECK(accepting_listeners(builder.get()) == Accepting{{2, 1}, {3, 0}});
}

TEST_CASE("a dual-stack listener accepts IPv4, one that is v6only does not") {
  Builder builder;
  builder.listen("::", 80, {kNginx});
  builder.last().v6only = false;
  CHECK(accepting_listeners(wait_at(builder, "10.0.0.5").get()) == Accepting{{1, 0}});
  CHECK(accepting_listeners(wait_at(builder, "::ffff:10.0.0.5").get()) ==
        Accepting{{1, 0}, {2, 0}});
  Builder v6only;
  v6only.listen("::", 80, {kNginx});
  v6only.last().v6only = true;
  CHECK(accepting_listeners(wait_at(v6only, "10.0.0.5").get()).empty());
  CHECK(accepting_listeners(wait_at(v6only, "2001:db8::1").get()) == Accepting{{2, 0}});
}

TEST_CASE("an IPv4 listener accepts no IPv6") {
  Builder builder;
  builder.listen("0.0.0.0", 80, {kNginx});
  CHECK(accepting_listeners(wait_at(builder, "2001:db8::1").get()).empty());
}

TEST_CASE("a listener on the IPv4 wildcard as IPv6 has it accepts IPv4 alone") {
  Builder builder;
  builder.listen("::ffff:0.0.0.0", 80, {kNginx});
  CHECK(accepting_listeners(wait_at(builder, "::ffff:10.0.0.5").get()) == Accepting{{1, 0}});
  CHECK(accepting_listeners(wait_at(builder, "2001:db8::1").get()) == Accepting{{1, 0}});
}

TEST_CASE("of two listeners on any address the one on the connection's device comes first") {
  Builder builder;
  builder.listen("0.0.0.0", 80, {kSshd}).listen("0.0.0.0", 80, {kNginx}).last().device_index = 7;
  wait_at(builder, "10.0.0.5").last().device_index = 7;
  CHECK(accepting_listeners(builder.get()) == Accepting{{2, 1}});
}

TEST_CASE("a listener of another namespace or device accepts nothing here") {
  Builder builder;
  builder.listen("0.0.0.0", 80, {kNginx});
  builder.last().device_index = 7;
  builder.in({ScopeKind::named, "blue"}).listen("0.0.0.0", 81, {kNginx});
  CHECK(accepting_listeners(wait_at(builder, "10.0.0.5").get()).empty());
}

}  // namespace netmon
