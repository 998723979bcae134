#include "netmon/core/model/filter.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "builder.h"
#include "netmon/core/values/error.h"

namespace netmon {
namespace {

using test::Builder;
using test::endpoint;
using test::process;

// The numbers (from 1) of the sockets of a fixed snapshot that pass a filter.
std::string matching(std::string_view text) {
  Builder builder;
  builder.listen("0.0.0.0", 22, {process("sshd", 10)});                            // 1
  builder.connect("10.1.2.3", 5432, {process("app", 20), process("helper", 21)});  // 2
  builder.udp("127.0.0.1", 53, {process("named", 30)});                            // 3
  builder.in({ScopeKind::named, "blue"}).listen("::1", 5432, {});                  // 4
  const Snapshot& snapshot = builder.get();
  const auto roles = roles_of(snapshot);
  const Filter filter = parse_filter(text);
  std::string numbers;
  for (std::size_t i = 0; i < snapshot.sockets.size(); ++i) {
    if (filter(snapshot, snapshot.sockets[i], roles[i])) numbers += std::to_string(i + 1);
  }
  return numbers;
}

}  // namespace

TEST_CASE("the empty filter lets all through") {
  CHECK(matching("") == "1234");
  CHECK(matching("  ") == "1234");
}

TEST_CASE("each field filters by its own meaning") {
  CHECK(matching("proto=tcp") == "124");
  CHECK(matching("port=5432") == "24");
  CHECK(matching("lport=5432") == "4");
  CHECK(matching("rport=5432") == "2");
  CHECK(matching("port=20-60") == "13");
  CHECK(matching("peer=10.0.0.0/8") == "2");
  CHECK(matching("laddr=127.0.0.1,::1") == "34");
  CHECK(matching("addr=10.0.0.5") == "2");
  CHECK(matching("process=sshd,named") == "13");
  CHECK(matching("process=helper") == "2");
  CHECK(matching("pid=21") == "2");
  CHECK(matching("user=root") == "123");
  CHECK(matching("state=listen") == "14");
  CHECK(matching("role=outbound") == "2");
  CHECK(matching("scope=netns:blue") == "4");
}

TEST_CASE("terms must all hold, and may be turned around") {
  CHECK(matching("proto=tcp state=listen") == "14");
  CHECK(matching("proto=tcp  process!=sshd") == "24");
  CHECK(matching("port!=5432") == "13");
}

TEST_CASE("a listener has no peer to match") {
  CHECK(matching("peer=0.0.0.0/0") == "2");
  CHECK(matching("rport=0") == "");
}

TEST_CASE("a value can hold spaces, commas and quotes") {
  Builder builder;
  builder.listen("0.0.0.0", 22, {process("Isolated Web Co", 10), process("a,\"b", 11)});
  const Snapshot& snapshot = builder.get();
  const auto matches = [&](std::string_view text) {
    return parse_filter(text)(snapshot, snapshot.sockets[0], Role::listener);
  };
  CHECK(matches("process=\"Isolated Web Co\""));
  CHECK(matches("process='Isolated Web Co' port=22"));
  CHECK(matches("process=Isolated\\ Web\\ Co"));
  CHECK(matches("process='a,\"b',x"));
  CHECK(matches("process=x,a\\,\\\"b"));
  CHECK_FALSE(matches("process='a,\"b x'"));
  CHECK_FALSE(matches("process=''"));
}

TEST_CASE("a filter that no socket can pass is refused") {
  CHECK_THROWS_WITH(parse_filter("state=listen state=close"),
                    "filter 'state=listen state=close': no socket has two values of 'state'");
  CHECK_THROWS_AS(parse_filter("proto=tcp,udp state=listen proto=raw"), Error);
  CHECK(matching("proto=tcp,udp proto=udp") == "3");
  CHECK(matching("process=app process=helper") == "2");
}

TEST_CASE("text is compared whole, never as a pattern") {
  CHECK(matching("process=ssh") == "");
  CHECK(matching("process=.*") == "");
}

TEST_CASE("a malformed filter names the term") {
  for (const char* text :
       {"port",         "port=",           "port=x",     "port=70000",    "port=20-10",
        "port=1,",      "peer=10.0.0.1/8", "peer=host",  "proto=http",    "state=LISTEN",
        "role=server",  "colour=red",      "=x",         "!=x",           "pid=-1",
        "scope=netns:", "port=1-2-3",      "process='a", "process=\"a b", "process=a\\",
        "a b=c"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_filter(text), Error);
  }
  CHECK_THROWS_WITH(parse_filter("proto=tcp port=x"),
                    "filter 'port=x': 'x' is neither a port nor a range such as 8000-8100");
}

}  // namespace netmon
