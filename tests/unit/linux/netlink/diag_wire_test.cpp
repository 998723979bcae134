#include "linux/netlink/diag_wire.h"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <vector>

// Messages as a little-endian kernel sends them: nlmsghdr (netlink.h), inet_diag_msg (inet_diag.h)
// or packet_diag_msg (packet_diag.h), attributes.
static_assert(std::endian::native == std::endian::little);

namespace netmon {
namespace {

using Wire = std::vector<std::uint8_t>;

constexpr std::uint32_t kSequence = 7;

Wire operator+(Wire a, const Wire& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

DumpPart parse(const Wire& wire, Protocol protocol = Protocol::tcp) {
  return parse_dump(std::as_bytes(std::span(wire)), protocol, kSequence);
}

void set32(Wire& wire, std::size_t at, std::uint32_t value) {
  std::memcpy(wire.data() + at, &value, sizeof value);
}

// clang-format off

// [::]:8080, listening, V6ONLY, bound to interface 3, uid 33, inode 123456.
Wire listener6_row() {
  return {
    0x60, 0x00, 0x00, 0x00,                          // nlmsg_len 96
    0x14, 0x00,                                      // nlmsg_type SOCK_DIAG_BY_FAMILY
    0x02, 0x00,                                      // nlmsg_flags NLM_F_MULTI
    0x07, 0x00, 0x00, 0x00,                          // nlmsg_seq
    0x39, 0x30, 0x00, 0x00,                          // nlmsg_pid
    0x0a, 0x0a, 0x00, 0x00,                          // AF_INET6, TCP_LISTEN, timer, retransmissions
    0x1f, 0x90,                                      // source port 8080, big endian
    0x00, 0x00,                                      // destination port
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // source ::
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // destination ::
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x03, 0x00, 0x00, 0x00,                          // interface 3
    0x2a, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,  // cookie 0x10000002a
    0x00, 0x00, 0x00, 0x00,                          // expires
    0x00, 0x00, 0x00, 0x00,                          // receive queue
    0x80, 0x00, 0x00, 0x00,                          // send queue
    0x21, 0x00, 0x00, 0x00,                          // uid 33
    0x40, 0xe2, 0x01, 0x00,                          // inode 123456
    0x05, 0x00, 0x0b, 0x00, 0x01, 0x00, 0x00, 0x00,  // INET_DIAG_SKV6ONLY 1, padded
  };
}
constexpr std::size_t kFamily = 16;
constexpr std::size_t kState = 17;
constexpr std::size_t kAttribute = 88;

// 192.0.2.1:22 with 198.51.100.9:50000, established, inode 0: not accepted yet.
Wire connection4_row() {
  return {
    0x58, 0x00, 0x00, 0x00,                          // nlmsg_len 88
    0x14, 0x00, 0x02, 0x00,                          // SOCK_DIAG_BY_FAMILY, NLM_F_MULTI
    0x07, 0x00, 0x00, 0x00,                          // nlmsg_seq
    0x39, 0x30, 0x00, 0x00,                          // nlmsg_pid
    0x02, 0x01, 0x00, 0x00,                          // AF_INET, TCP_ESTABLISHED
    0x00, 0x16,                                      // source port 22
    0xc3, 0x50,                                      // destination port 50000
    0xc0, 0x00, 0x02, 0x01, 0x00, 0x00, 0x00, 0x00,  // source 192.0.2.1
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xc6, 0x33, 0x64, 0x09, 0x00, 0x00, 0x00, 0x00,  // destination 198.51.100.9
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00,                          // no interface
    0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // cookie 5
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // expires, receive queue
    0x00, 0x00, 0x00, 0x00,                          // send queue
    0x00, 0x00, 0x00, 0x00,                          // uid 0, which has no meaning here
    0x00, 0x00, 0x00, 0x00,                          // inode 0
  };
}

// ARP on interface 2, inode 4242.
Wire packet_row() {
  return {
    0x3c, 0x00, 0x00, 0x00,                          // nlmsg_len 60
    0x14, 0x00, 0x02, 0x00,                          // SOCK_DIAG_BY_FAMILY, NLM_F_MULTI
    0x07, 0x00, 0x00, 0x00,                          // nlmsg_seq
    0x39, 0x30, 0x00, 0x00,                          // nlmsg_pid
    0x11, 0x03,                                      // AF_PACKET, SOCK_RAW
    0x06, 0x08,                                      // 0x0806, host byte order
    0x92, 0x10, 0x00, 0x00,                          // inode 4242
    0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // cookie 9
    0x1c, 0x00, 0x00, 0x00,                          // PACKET_DIAG_INFO, 28 bytes
    0x02, 0x00, 0x00, 0x00,                          // interface 2
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // version, reserve
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // copy threshold, timestamps
    0x00, 0x00, 0x00, 0x00,                          // flags
  };
}

Wire end_of_dump() {
  return {
    0x14, 0x00, 0x00, 0x00,                          // nlmsg_len 20
    0x03, 0x00, 0x02, 0x00,                          // NLMSG_DONE, NLM_F_MULTI
    0x07, 0x00, 0x00, 0x00,                          // nlmsg_seq
    0x39, 0x30, 0x00, 0x00,                          // nlmsg_pid
    0x00, 0x00, 0x00, 0x00,                          // error 0
  };
}
constexpr std::size_t kError = 16;

// clang-format on

Wire with_type(Wire wire, std::uint8_t type) {
  wire[4] = type;
  return wire;
}

}  // namespace

TEST_CASE("a listener is read with all that the kernel says of it") {
  const DumpPart part = parse(listener6_row() + end_of_dump());
  CHECK(part.status == DumpStatus::done);
  REQUIRE(part.sockets.size() == 1);
  Socket expected;
  expected.cookie = 0x10000002a;
  expected.inode = 123456;
  expected.state = State::listen;
  expected.local = {parse_ip_address("::").value(), 8080};
  expected.device_index = 3;
  expected.uid = 33;
  expected.v6only = true;
  CHECK(part.sockets[0] == expected);
}

TEST_CASE("a socket without inode has no user, whatever number the kernel sends") {
  const DumpPart part = parse(connection4_row() + end_of_dump());
  REQUIRE(part.sockets.size() == 1);
  Socket expected;
  expected.cookie = 5;
  expected.state = State::established;
  expected.local = {parse_ip_address("192.0.2.1").value(), 22};
  expected.remote = {parse_ip_address("198.51.100.9").value(), 50000};
  CHECK(part.sockets[0] == expected);
}

TEST_CASE("a packet socket is read with its interface, and without a user where none is told") {
  const DumpPart part = parse(packet_row() + end_of_dump(), Protocol::packet);
  REQUIRE(part.sockets.size() == 1);
  Socket expected;
  expected.protocol = Protocol::packet;
  expected.state = State::unconnected;
  expected.cookie = 9;
  expected.inode = 4242;
  expected.link_protocol = 0x0806;
  expected.device_index = 2;
  CHECK(part.sockets[0] == expected);

  Wire with_user = packet_row() + Wire{0x08, 0x00, 0x05, 0x00, 0x21, 0x00, 0x00, 0x00};
  set32(with_user, 0, 68);
  CHECK(parse(with_user, Protocol::packet).sockets.at(0).uid == 33);
}

TEST_CASE("a raw socket's IP protocol is no port") {
  Wire raw = connection4_row();
  raw[kState] = 7;
  std::memset(raw.data() + 22, 0, 2);                                // dport
  std::memset(raw.data() + 40, 0, 4);                                // destination
  raw = raw + Wire{0x05, 0x00, 0x0a, 0x00, 0x59, 0x00, 0x00, 0x00};  // INET_DIAG_PROTOCOL 89
  set32(raw, 0, 96);
  const Socket socket = parse(raw, Protocol::raw).sockets.at(0);
  CHECK(socket.link_protocol == 89);
  CHECK(socket.local == Endpoint{parse_ip_address("192.0.2.1").value(), 0});
  CHECK(socket.remote == Endpoint{});
  CHECK(socket.state == State::unconnected);

  set32(raw, 0, 88);
  raw.resize(88);  // without the attribute, the port has the protocol
  CHECK(parse(raw, Protocol::raw).sockets.at(0).link_protocol == 22);
}

TEST_CASE("the kernel's numbers of states mean no TCP state for UDP") {
  CHECK(state_of(Protocol::udp, 7) == State::unconnected);
  CHECK(state_of(Protocol::udp, 1) == State::connected);
  CHECK_FALSE(state_of(Protocol::udp, 10).has_value());
  CHECK(state_of(Protocol::tcp, 10) == State::listen);
  CHECK(state_of(Protocol::tcp, 6) == State::time_wait);
  CHECK(state_of(Protocol::tcp, 12) == State::syn_recv);
  CHECK(state_of(Protocol::tcp, 7) == State::bound);
  CHECK(state_of(Protocol::tcp, 13) == State::bound);
  CHECK_FALSE(state_of(Protocol::tcp, 0).has_value());
  CHECK_FALSE(state_of(Protocol::tcp, 14).has_value());
}

TEST_CASE("v6only is kept only where it has a meaning") {
  Wire established = listener6_row();
  established[kState] = 1;
  CHECK_FALSE(parse(established).sockets.at(0).v6only.has_value());
  Wire dual_stack = listener6_row();
  dual_stack[kAttribute + 4] = 0;
  CHECK(parse(dual_stack).sockets.at(0).v6only == false);
}

TEST_CASE("a socket in an unknown state is counted, and those after it are read") {
  Wire odd = listener6_row();
  odd[kState] = 99;
  const DumpPart part = parse(odd + connection4_row() + end_of_dump());
  CHECK(part.status == DumpStatus::done);
  CHECK(part.unknown_states == 1);
  CHECK(part.sockets.size() == 1);
}

TEST_CASE("no prefix of a dump looks complete") {
  for (const Protocol protocol : {Protocol::tcp, Protocol::packet}) {
    const Wire row =
        protocol == Protocol::packet ? packet_row() : listener6_row() + connection4_row();
    const Wire whole = row + end_of_dump();
    for (std::size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(length);
      // The buffer has exactly that size, so a sanitizer detects a read beyond it.
      const Wire cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      CHECK(parse(cut, protocol).status != DumpStatus::done);
    }
    CHECK(parse(whole, protocol).status == DumpStatus::done);
  }
}

TEST_CASE("a message that lies about its length is refused") {
  for (std::uint32_t length = 0; length < 200; ++length) {
    CAPTURE(length);
    Wire lying = listener6_row();
    set32(lying, 0, length);
    const DumpPart part = parse(lying);
    // The last attribute's padding may be left out: lengths 93 to 96 have the same content.
    const bool whole = length >= 93 && length <= 96;
    CHECK(part.status == (whole ? DumpStatus::more : DumpStatus::malformed));
    // Length 88 is the message without its attribute; what follows it is no message.
    CHECK(part.sockets.size() == (whole || length == 88 ? 1 : 0));
  }
  Wire huge = listener6_row();
  set32(huge, 0, 0xffffffff);
  CHECK(parse(huge).status == DumpStatus::malformed);
}

TEST_CASE("an attribute that lies about its length is refused") {
  for (const int length : {0, 1, 3, 9, 0xff}) {
    CAPTURE(length);
    Wire lying = listener6_row();
    lying[kAttribute] = static_cast<std::uint8_t>(length);
    CHECK(parse(lying).status == DumpStatus::malformed);
    CHECK(parse(lying).sockets.empty());
  }
}

TEST_CASE("an address family that does not belong is refused") {
  Wire unix_row = listener6_row();
  unix_row[kFamily] = 1;
  CHECK(parse(unix_row).status == DumpStatus::malformed);
  Wire inet_row = packet_row();
  inet_row[kFamily] = 2;
  CHECK(parse(inet_row, Protocol::packet).status == DumpStatus::malformed);
}

TEST_CASE("an error inside the end of a dump is a refusal, not an empty table") {
  Wire done = end_of_dump();
  set32(done, kError, static_cast<std::uint32_t>(-ENOENT));
  const DumpPart part = parse(connection4_row() + done);
  CHECK(part.status == DumpStatus::refused);
  CHECK(part.error == ENOENT);
  CHECK(part.sockets.size() == 1);
}

TEST_CASE("an error message is a refusal") {
  Wire error = with_type(end_of_dump(), 2);
  set32(error, kError, static_cast<std::uint32_t>(-EPERM));
  CHECK(parse(error).status == DumpStatus::refused);
  CHECK(parse(error).error == EPERM);
  CHECK(parse(with_type(end_of_dump(), 2)).status == DumpStatus::malformed);
  set32(error, kError, 1);
  CHECK(parse(error).status == DumpStatus::malformed);
  set32(error, kError, 0x80000000);
  CHECK(parse(error).status == DumpStatus::refused);
}

TEST_CASE("an overrun is never a complete dump") {
  CHECK(parse(with_type(end_of_dump(), 4)).status == DumpStatus::malformed);
}

TEST_CASE("a dump that was disturbed says so") {
  Wire disturbed = connection4_row();
  disturbed[6] = 0x12;  // NLM_F_MULTI | NLM_F_DUMP_INTR
  CHECK(parse(disturbed + end_of_dump()).interrupted);
  CHECK_FALSE(parse(connection4_row() + end_of_dump()).interrupted);
}

TEST_CASE("messages of another dump are passed over") {
  Wire foreign = connection4_row();
  foreign[8] = 6;
  Wire foreign_end = end_of_dump();
  foreign_end[8] = 6;
  const DumpPart part = parse(foreign + foreign_end + listener6_row());
  CHECK(part.status == DumpStatus::more);
  CHECK(part.sockets.size() == 1);
}

TEST_CASE("requests ask for all states") {
  const std::vector<std::byte> udp = inet_request(Protocol::udp, Family::ipv6, kSequence);
  REQUIRE(udp.size() == 72);
  const auto byte = [&](std::size_t i) { return std::to_integer<int>(udp[i]); };
  CHECK(byte(0) == 72);    // nlmsg_len
  CHECK(byte(4) == 20);    // SOCK_DIAG_BY_FAMILY
  CHECK(byte(6) == 0x01);  // NLM_F_REQUEST
  CHECK(byte(7) == 0x03);  // NLM_F_DUMP
  CHECK(byte(8) == 7);     // nlmsg_seq
  CHECK(byte(16) == 10);   // AF_INET6
  CHECK(byte(17) == 17);   // IPPROTO_UDP
  for (std::size_t i = 20; i < 24; ++i) CHECK(byte(i) == 0xff);

  const std::vector<std::byte> tcp = tcp_request(kSequence);
  REQUIRE(tcp.size() == 76);
  CHECK(std::to_integer<int>(tcp[4]) == 18);  // TCPDIAG_GETSOCK
  for (std::size_t i = 68; i < 72; ++i) CHECK(std::to_integer<int>(tcp[i]) == 0xff);

  const std::vector<std::byte> packet = packet_request(kSequence);
  REQUIRE(packet.size() == 36);
  CHECK(std::to_integer<int>(packet[16]) == 17);  // AF_PACKET
  CHECK(std::to_integer<int>(packet[24]) == 1);   // PACKET_SHOW_INFO
}

}  // namespace netmon
