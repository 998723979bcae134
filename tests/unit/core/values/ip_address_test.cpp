#include "netmon/core/values/ip_address.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace netmon {
namespace {

IpAddress address(std::string_view text) { return parse_ip_address(text).value(); }

}  // namespace

TEST_CASE("an address survives text and back") {
  for (const char* text : {"0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "::ffff:192.0.2.1", "fe80::1"}) {
    CAPTURE(text);
    CHECK(to_string(address(text)) == text);
  }
}

TEST_CASE("text that is no address is refused") {
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", " ::1",
                           ":::", "::1%lo", "01.2.3.4", "localhost", "1.2.3.4/8",
                           "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ip_address(text));
  }
  CHECK_FALSE(parse_ip_address(std::string_view("1.2.3.4\0x", 9)));
}

TEST_CASE("no address has no text") { CHECK(to_string(IpAddress{}).empty()); }

TEST_CASE("an IPv4-mapped address is compared as IPv4") {
  CHECK(normalized(address("::ffff:1.2.3.4")) == address("1.2.3.4"));
  CHECK(normalized(address("::1.2.3.4")) == address("::1.2.3.4"));
  CHECK(normalized(address("2001:db8::1")) == address("2001:db8::1"));
}

TEST_CASE("reach tells who can get to an address") {
  const std::vector<std::pair<const char*, Reach>> cases{{"127.0.0.1", Reach::loopback},
                                                         {"127.255.0.9", Reach::loopback},
                                                         {"::1", Reach::loopback},
                                                         {"::ffff:127.0.0.1", Reach::loopback},
                                                         {"10.0.0.1", Reach::internal},
                                                         {"172.16.0.1", Reach::internal},
                                                         {"172.31.255.1", Reach::internal},
                                                         {"172.32.0.1", Reach::global},
                                                         {"172.15.0.1", Reach::global},
                                                         {"192.168.1.1", Reach::internal},
                                                         {"192.169.1.1", Reach::global},
                                                         {"100.64.0.1", Reach::internal},
                                                         {"100.128.0.1", Reach::global},
                                                         {"169.254.1.1", Reach::internal},
                                                         {"224.0.0.251", Reach::internal},
                                                         {"8.8.8.8", Reach::global},
                                                         {"185.220.101.5", Reach::global},
                                                         {"fe80::1", Reach::internal},
                                                         {"fd00::1", Reach::internal},
                                                         {"ff02::1", Reach::internal},
                                                         {"2001:db8::1", Reach::global},
                                                         {"0.0.0.0", Reach::any},
                                                         {"::", Reach::any},
                                                         {"::ffff:0.0.0.0", Reach::any},
                                                         {"::2", Reach::global}};
  for (const auto& expected : cases) {
    CAPTURE(expected.first);
    CHECK(reach_of(address(expected.first)) == expected.second);
  }
}

TEST_CASE("a prefix holds what shares its bits") {
  const auto ten = parse_ip_prefix("10.0.0.0/8").value();
  CHECK(ten.contains(address("10.255.0.1")));
  CHECK(ten.contains(address("::ffff:10.1.2.3")));
  CHECK_FALSE(ten.contains(address("11.0.0.0")));
  CHECK_FALSE(ten.contains(address("::a00:1")));
  const auto odd = parse_ip_prefix("192.0.2.128/25").value();
  CHECK(odd.contains(address("192.0.2.255")));
  CHECK_FALSE(odd.contains(address("192.0.2.127")));
  const auto v6 = parse_ip_prefix("2001:db8::/33").value();
  CHECK(v6.contains(address("2001:db8:7fff::1")));
  CHECK_FALSE(v6.contains(address("2001:db8:8000::1")));
  CHECK(parse_ip_prefix("0.0.0.0/0").value().contains(address("8.8.8.8")));
  CHECK_FALSE(parse_ip_prefix("0.0.0.0/0").value().contains(address("2001:db8::1")));
}

TEST_CASE("a single address is a prefix of its own") {
  const auto one = parse_ip_prefix("::ffff:1.2.3.4").value();
  CHECK(one.contains(address("1.2.3.4")));
  CHECK_FALSE(one.contains(address("1.2.3.5")));
}

TEST_CASE("a prefix of IPv4-mapped addresses is one of IPv4") {
  CHECK(parse_ip_prefix("::ffff:10.0.0.0/104") == parse_ip_prefix("10.0.0.0/8"));
  CHECK(parse_ip_prefix("::ffff:1.2.3.4/128") == parse_ip_prefix("1.2.3.4"));
  CHECK(parse_ip_prefix("::ffff:0:0/96") == parse_ip_prefix("0.0.0.0/0"));
}

TEST_CASE("text that is no prefix is refused") {
  for (const char* text : {"10.0.0.0/33", "10.0.0.1/8", "::/129", "10.0.0.0/", "10.0.0.0/-1",
                           "10.0.0.0/8x", "/8", "10.0.0.0/ 8", "2001:db8::1/64"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ip_prefix(text));
  }
}

TEST_CASE("only fe80::/10 is link-local") {
  CHECK(is_link_local(address("fe80::1")));
  CHECK(is_link_local(address("febf::1")));
  CHECK_FALSE(is_link_local(address("fec0::1")));
  CHECK_FALSE(is_link_local(address("169.254.1.1")));
}

TEST_CASE("the wildcard is unspecified in every form") {
  for (const std::string_view text : {"0.0.0.0", "::", "::ffff:0.0.0.0"}) {
    CHECK(is_unspecified(parse_ip_address(text).value()));
  }
  CHECK(is_unspecified({}));
  for (const std::string_view text : {"0.0.0.1", "::1", "::ffff:0.0.0.1", "::ffff:0:0:0"}) {
    CHECK_FALSE(is_unspecified(parse_ip_address(text).value()));
  }
}

}  // namespace netmon
