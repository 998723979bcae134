#include "linux/netlink/nsid.h"

#include <doctest/doctest.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>

namespace netmon {
namespace {

using Buffer = std::vector<std::byte>;

void append(Buffer& out, std::initializer_list<std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) out.push_back(std::byte{byte});
}

// An answer with one id, as the kernel sends it.
void append_id(Buffer& out, std::uint8_t id) {
  append(out, {28, 0, 0, 0, RTM_NEWNSID, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  append(out, {0, 0, 0, 0});  // rtgenmsg, padded
  append(out, {8, 0, NETNSA_NSID, 0, id, 0, 0, 0});
}

void append_done(Buffer& out) {
  append(out, {20, 0, 0, 0, NLMSG_DONE, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
}

}  // namespace

TEST_CASE("the ids of a dump are read to its end") {
  Buffer datagram;
  append_id(datagram, 0);
  append_id(datagram, 7);
  CHECK(parse_nsids(datagram).ids == std::vector<std::int32_t>{0, 7});
  CHECK_FALSE(parse_nsids(datagram).done);
  append_done(datagram);
  append_id(datagram, 9);
  CHECK(parse_nsids(datagram).ids == std::vector<std::int32_t>{0, 7});
  CHECK(parse_nsids(datagram).done);
}

TEST_CASE("an error ends an answer, and so does what is no message") {
  Buffer error;
  append(error, {36, 0, 0, 0, NLMSG_ERROR, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  append(error, {0xff, 0xff, 0xff, 0xff, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(parse_nsids(error).done);
  CHECK(parse_nsids({}).done);
}

TEST_CASE("no length leads beyond the bytes given") {
  Buffer whole;
  append_id(whole, 5);
  append_done(whole);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    CAPTURE(size);
    const NsidPart part = parse_nsids(std::span(whole).first(size));
    CHECK(part.ids.size() <= 1);
  }
  whole[20] = std::byte{200};  // the attribute's length
  CHECK(parse_nsids(whole).ids.empty());
}

TEST_CASE("an interface is linked where the kernel says to which namespace") {
  Buffer datagram;
  const auto append_link = [&](std::initializer_list<std::uint8_t> attributes) {
    const auto length = static_cast<std::uint8_t>(32 + attributes.size());
    append(datagram, {length, 0, 0, 0, RTM_NEWLINK, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    append(datagram, {0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});  // ifinfomsg
    append(datagram, attributes);
  };
  append_link({9, 0, IFLA_IFNAME,       0, 'e', 't', 'h', '0', 0, 0, 0, 0,
               8, 0, IFLA_LINK_NETNSID, 0, 3,   0,   0,   0});
  append_link({7, 0, IFLA_IFNAME, 0, 'l', 'o', 0, 0});
  CHECK(parse_links(datagram).interfaces == std::vector<LinkedInterface>{{"eth0", 3}});
  CHECK_FALSE(parse_links(datagram).done);
  append_done(datagram);
  CHECK(parse_links(datagram).done);
  for (std::size_t size = 0; size <= datagram.size(); ++size) {
    CAPTURE(size);
    CHECK(parse_links(std::span(datagram).first(size)).interfaces.size() <= 1);
  }
}

TEST_CASE("a default route has no destination and no mask, over either protocol") {
  constexpr std::string_view kIpv4 =
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
      "eth0\t00000000\t0100090A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
      "eth1\t0000090A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
      "eth2\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n";
  constexpr std::string_view kIpv6 =
      "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
      "fd090000000000000000000000000001 00000400 00000001 00000000 00000003     eth3\n"
      "fd090000000000000000000000000000 40 00000000000000000000000000000000 00 "
      "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth4\n"
      "00000000000000000000000000000000 01 00000000000000000000000000000000 00 "
      "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth5\n";
  CHECK(default_route_interfaces(kIpv4, kIpv6) == std::set<std::string>{"eth0", "eth3"});
  CHECK(default_route_interfaces("", "").empty());
  CHECK(default_route_interfaces("\n\n", "00\n \n").empty());
}

TEST_CASE("netmon's own namespaces are none of the lost ones") {
  CHECK(count_lost_namespaces({}, "/proc", {}) == 0);
  // An id that no namespace has any more.
  CHECK(count_lost_namespaces({1'000'000}, "/proc", {}) == 0);
}

}  // namespace netmon
