#include "linux/interfaces/multicast.h"

#include <doctest/doctest.h>

namespace netmon {

TEST_CASE("groups that a program joined are listed by interface, and the kernel's are not") {
  // As on a little-endian machine.
  const auto ipv4 = parse_igmp(
      "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"
      "1\tlo        :     1      V3\n"
      "\t\t\t\t010000E0     1 0:00000000\t\t0\n"
      "4\teth0      :     2      V3\n"
      "\t\t\t\t030201EF     1 0:00000000\t\t0\n"
      "\t\t\t\t010000E0     1 0:00000000\t\t0\n");
  REQUIRE(ipv4.size() == 1);
  CHECK(ipv4.front() == ReachFact{0, ReachKind::group, "eth0", "239.1.2.3"});
  const auto ipv6 = parse_igmp6(
      "4    eth0            ff0200000000000000000001ff000002     1 00000004 0\n"
      "4    eth0            ff0200000000000000000000000000fb     1 00000004 0\n"
      "4    eth0            ff020000000000000000000000000001     1 0000000C 0\n");
  REQUIRE(ipv6.size() == 1);
  CHECK(ipv6.front() == ReachFact{0, ReachKind::group, "eth0", "ff02::fb"});
}

TEST_CASE("lines of groups that are not understood are passed over") {
  CHECK(parse_igmp("\n\t\n\t\t\t\t0302\n\t\t\t\tzzzzzzzz\n\t\t\t\t030201EFF\n").empty());
  CHECK(
      parse_igmp6("\n4\n4 eth0\n4 eth0 ff02\n4 eth0 zz0200000000000000000000000000fb 1\n").empty());
}

}  // namespace netmon
