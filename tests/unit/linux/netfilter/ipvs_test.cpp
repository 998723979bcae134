#include "linux/netfilter/ipvs.h"

#include <doctest/doctest.h>

#include <string>

namespace netmon {
namespace {

const std::string kHeading =
    "IP Virtual Server version 1.2.1 (size=4096)\n"
    "Prot LocalAddress:Port Scheduler Flags\n"
    "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n";

ReachRead parsed(const std::string& lines) {
  ReachRead reach;
  parse_ipvs(kHeading + lines, reach);
  return reach;
}

}  // namespace

TEST_CASE("each real server of a virtual service is a forward") {
  const ReachRead reach = parsed(
      "TCP  C0000201:0050 wlc persistent 300\n"
      "  -> 0A000005:1F90      Masq    1      0          0         \n"
      "  -> 0A000006:1F90      Route   0      0          0         \n"
      "UDP  [2001:0db8:0000:0000:0000:0000:0000:0001]:0035 rr\n"
      "  -> [fd00:0000:0000:0000:0000:0000:0000:0005]:0035      Masq    1      0          0\n");
  REQUIRE(reach.forwards.size() == 3);
  CHECK(reach.failures.empty());
  CHECK(to_string(reach.forwards[0].address) == "192.0.2.1");
  CHECK(reach.forwards[0].ports == PortRange{80, 80});
  CHECK(reach.forwards[0].protocol == Protocol::tcp);
  CHECK(reach.forwards[0].target == "10.0.0.5:8080");
  CHECK(reach.forwards[1].target == "10.0.0.6:8080");
  CHECK(reach.forwards[2].protocol == Protocol::udp);
  CHECK(reach.forwards[2].target == "[fd00::5]:53");
}

TEST_CASE("a service that a mark stands for is a fact") {
  const ReachRead reach = parsed("FWM  00000007 rr\n  -> 0A000005:0000      Route   1 0 0\n");
  CHECK(reach.forwards.empty());
  REQUIRE(reach.facts.size() == 1);
  CHECK(reach.facts[0].kind == ReachKind::rule);
  CHECK(reach.facts[0].name == "ipvs mark 0x7");
  CHECK(reach.facts[0].value == "to 10.0.0.5:0");
}

TEST_CASE("a persistent service of port 0 takes all ports") {
  const ReachRead reach =
      parsed("TCP  C0000201:0000 wlc persistent 300\n  -> 0A000005:0000 Masq 1 0 0\n");
  REQUIRE(reach.forwards.size() == 1);
  CHECK(reach.forwards[0].ports == PortRange{0, 65535});
}

TEST_CASE("services that are not understood are a failure and no silence") {
  for (const char* const line :
       {"TCP  C000020:0050 wlc\n", "TCP  C0000201:10050 wlc\n", "  -> 0A000005:0050 Masq 1 0 0\n",
        "TCP  C0000201 wlc\n", "XXX\n"}) {
    CAPTURE(line);
    const ReachRead reach = parsed(line);
    REQUIRE(reach.failures.size() == 1);
    CHECK(reach.failures[0].code == GapCode::filters_not_read);
  }
  CHECK(parsed("").failures.empty());
}

}  // namespace netmon
