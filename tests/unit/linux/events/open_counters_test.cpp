#include <doctest/doctest.h>

#include "netmon/linux/event_proofs.h"

using netmon::OpenCounters;
using netmon::parse_open_counters;

TEST_CASE("the opens of TCP are read under their titles") {
  CHECK(parse_open_counters("Ip: Forwarding DefaultTTL\nIp: 1 64\n"
                            "Tcp: RtoMin ActiveOpens PassiveOpens AttemptFails\n"
                            "Tcp: 200 17 4 9\nUdp: InDatagrams\nUdp: 5\n") ==
        OpenCounters{.active = 17, .passive = 4});
  SUBCASE("what is cut or not there is zero") {
    CHECK(parse_open_counters("") == OpenCounters{});
    CHECK(parse_open_counters("Tcp: ActiveOpens PassiveOpens\n") == OpenCounters{});
    CHECK(parse_open_counters("Tcp: ActiveOpens PassiveOpens\nTcp: 3") ==
          OpenCounters{.active = 3, .passive = 0});
    CHECK(parse_open_counters("Tcp: ActiveOpens\nTcp: x\n") == OpenCounters{});
  }
}
