#include "linux/netfilter/ipset.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>

#include <cstring>
#include <string>

namespace netmon {
namespace {

std::string attribute(std::uint16_t type, const std::string& value) {
  const nlattr head{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()), type};
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  bytes += value;
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

std::string nested(std::uint16_t type, const std::string& value) {
  return attribute(static_cast<std::uint16_t>(type | NLA_F_NESTED), value);
}

std::string number(std::uint16_t type, std::uint32_t value) {
  const std::uint32_t bytes = htonl(value);
  return attribute(static_cast<std::uint16_t>(type | NLA_F_NET_BYTEORDER),
                   {reinterpret_cast<const char*>(&bytes), sizeof bytes});
}

std::string port(std::uint16_t value) {
  const std::uint16_t bytes = htons(value);
  return attribute(IPSET_ATTR_PORT | NLA_F_NET_BYTEORDER,
                   {reinterpret_cast<const char*>(&bytes), sizeof bytes});
}

std::string ipv4(const std::string& bytes) {
  return nested(IPSET_ATTR_IP, attribute(IPSET_ATTR_IPADDR_IPV4 | NLA_F_NET_BYTEORDER, bytes));
}

std::string element(const std::string& parts) { return nested(IPSET_ATTR_DATA, parts); }

// The message by which the kernel sends a set with these elements.
Ipsets listed(const std::string& elements) {
  std::string payload(sizeof(nfgenmsg), '\0');
  payload += attribute(IPSET_ATTR_SETNAME, std::string("bans\0", 5));
  payload += nested(IPSET_ATTR_ADT, elements);
  std::string bytes(sizeof(nlmsghdr), '\0');
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + payload.size());
  std::memcpy(bytes.data(), &header, sizeof header);
  bytes += payload;
  Ipsets sets;
  add_ipset(*reinterpret_cast<const nlmsghdr*>(bytes.data()), sets);
  return sets;
}

std::string only_text(const std::string& parts) {
  const Ipsets sets = listed(element(parts));
  REQUIRE(sets.at("bans").elements.size() == 1);
  return sets.at("bans").elements.front().text;
}

const std::string kTen{10, 0, 0, 5};

}  // namespace

TEST_CASE("an element of ipset reads as ipset writes it") {
  CHECK(only_text(ipv4(kTen)) == "10.0.0.5");
  CHECK(only_text(ipv4(kTen) + attribute(IPSET_ATTR_CIDR, "\x18")) == "10.0.0.5/24");
  // The prefix length of a network comes before the port in the text, and after it in the message.
  CHECK(only_text(ipv4(kTen) + port(80) + attribute(IPSET_ATTR_CIDR, "\x18") +
                  attribute(IPSET_ATTR_PROTO, "\x06")) == "10.0.0.5/24,tcp:80");
  CHECK(only_text(ipv4(kTen) + port(80) + attribute(IPSET_ATTR_PROTO, "\x06")) ==
        "10.0.0.5,tcp:80");
  CHECK(only_text(ipv4(kTen) + number(IPSET_ATTR_CADT_FLAGS, IPSET_FLAG_NOMATCH)) ==
        "nomatch 10.0.0.5");
  CHECK(only_text(attribute(63, "ab")) == "attribute 63 6162");
}

TEST_CASE("what counts packets and the time that is left are no part of an element") {
  const std::string counted = ipv4(kTen) + attribute(IPSET_ATTR_PACKETS, "12345678") +
                              attribute(IPSET_ATTR_BYTES, "12345678") +
                              attribute(IPSET_ATTR_COMMENT, "seen");
  CHECK(only_text(counted) == "10.0.0.5");
  const Ipsets timed = listed(element(ipv4(kTen) + number(IPSET_ATTR_TIMEOUT, 60)));
  CHECK(timed.at("bans").elements.front() == IpsetElement{"10.0.0.5", true});
  const Ipsets permanent = listed(element(ipv4(kTen) + number(IPSET_ATTR_TIMEOUT, 0)));
  CHECK(permanent.at("bans").elements.front() == IpsetElement{"10.0.0.5", false});
}

TEST_CASE("a list of sets knows its members") {
  const Ipsets sets = listed(element(attribute(IPSET_ATTR_NAME, std::string("more\0", 5))));
  CHECK(sets.at("bans").members == std::set<std::string>{"more"});
}

TEST_CASE("a set without elements is there") { CHECK(listed("").contains("bans")); }

}  // namespace netmon
