#include "linux/procfs/proc_tables.h"

#include <doctest/doctest.h>

#include "linux/fixture.h"

namespace netmon {

TEST_CASE("/proc/net/raw is read: an unconnected and a connected socket") {
  const ProcTable table = parse_inet_table(fixture("net/raw"), Protocol::raw);
  CHECK(table.malformed_lines == 0);
  REQUIRE(table.sockets.size() == 2);
  Socket icmp;
  icmp.protocol = Protocol::raw;
  icmp.state = State::unconnected;
  icmp.local = {parse_ip_address("0.0.0.0").value(), 0};
  icmp.link_protocol = 1;
  icmp.inode = 58385;
  icmp.uid = 0;
  CHECK(table.sockets[0] == icmp);
  CHECK(table.sockets[1].state == State::connected);
  CHECK(table.sockets[1].link_protocol == 89);
  CHECK(table.sockets[1].local.address == parse_ip_address("127.0.0.1"));
  CHECK(table.sockets[1].remote == Endpoint{parse_ip_address("127.0.0.2").value(), 0});
  CHECK(table.sockets[1].uid == 33);
}

TEST_CASE("/proc/net/raw6 addresses are four words in host byte order") {
  const ProcTable table = parse_inet_table(fixture("net/raw6"), Protocol::raw);
  REQUIRE(table.sockets.size() == 1);
  CHECK(table.sockets[0].local.address == parse_ip_address("2001:db8::1:2"));
  CHECK(table.sockets[0].link_protocol == 58);
}

TEST_CASE("a ping socket's identifier is its port") {
  const ProcTable table = parse_inet_table(fixture("net/icmp"), Protocol::icmp);
  REQUIRE(table.sockets.size() == 1);
  CHECK(table.sockets[0].local == Endpoint{parse_ip_address("127.0.0.1").value(), 0x2111});
  CHECK(table.sockets[0].link_protocol == 0);
  CHECK(table.sockets[0].protocol == Protocol::icmp);
}

TEST_CASE("/proc/net/packet is read") {
  const ProcTable table = parse_packet_table(fixture("net/packet"));
  CHECK(table.malformed_lines == 0);
  REQUIRE(table.sockets.size() == 2);
  CHECK(table.sockets[0].link_protocol == 0x0806);
  CHECK(table.sockets[0].device_index == 0);
  CHECK(table.sockets[0].inode == 58387);
  CHECK(table.sockets[1].link_protocol == 0x88cc);
  CHECK(table.sockets[1].device_index == 1);
  CHECK(table.sockets[1].uid == 33);
}

TEST_CASE("a packet socket whose interface was removed is bound to none that is there") {
  const ProcTable table = parse_packet_table(
      "sk RefCnt Type Proto  Iface R Rmem   User   Inode\n"
      "0000000068f06fb2 2      3    0003   -1    0 0      0      434316\n");
  CHECK(table.malformed_lines == 0);
  REQUIRE(table.sockets.size() == 1);
  CHECK(table.sockets[0].device_index == kGoneDevice);
}

TEST_CASE("lines that are not understood are counted, and the others read") {
  const std::string good = fixture("net/raw");
  const ProcTable table =
      parse_inet_table(good + "nonsense\n" + "  1: 0:1 0:0 07\n", Protocol::raw);
  CHECK(table.sockets.size() == 2);
  CHECK(table.malformed_lines == 2);
  CHECK(parse_packet_table("sk RefCnt\n1 2 3\n").malformed_lines == 1);
}

TEST_CASE("a line with addresses of two families is not understood") {
  const std::string head = "heading\n";
  const std::string rest = " 01 00000000:00000000 00:00000000 00000000     0        0 7 2\n";
  const std::string v4 = "0100007F:0050";
  const std::string v6 = "00000000000000000000000001000000:0050";
  const auto malformed = [&](const std::string& local, const std::string& remote) {
    return parse_inet_table(head + " 1: " + local + " " + remote + rest, Protocol::tcp)
        .malformed_lines;
  };
  CHECK(malformed(v4, v4) == 0);
  CHECK(malformed(v6, v6) == 0);
  CHECK(malformed(v4, v6) == 1);
  CHECK(malformed(v6, v4) == 1);
}

TEST_CASE("a table cut at any byte never yields a socket that is not in it") {
  const std::string whole = fixture("net/raw");
  const std::vector<Socket> all = parse_inet_table(whole, Protocol::raw).sockets;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK(parse_inet_table(whole.substr(0, length), Protocol::raw).sockets.size() <= all.size());
  }
}

TEST_CASE("numbers beyond their range are refused") {
  const std::string head = "heading\n";
  const std::string line =
      " 1: 0100007F:00001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 ";
  CHECK(parse_inet_table(head + line + "4294967295\n", Protocol::raw).sockets.size() == 1);
  CHECK(parse_inet_table(head + line + "4294967296\n", Protocol::raw).malformed_lines == 1);
  CHECK(parse_inet_table(head + line + "-1\n", Protocol::raw).malformed_lines == 1);
}

TEST_CASE("the range of ephemeral ports") {
  CHECK(parse_port_range("32768\t60999\n") == PortRange{32768, 60999});
  CHECK(parse_port_range("1 1") == PortRange{1, 1});
  CHECK_FALSE(parse_port_range("").has_value());
  CHECK_FALSE(parse_port_range("60999 32768").has_value());
  CHECK_FALSE(parse_port_range("1 70000").has_value());
}

TEST_CASE("sockets are counted, those of the whole host are not") {
  CHECK(count_sockets(
            "sockets: used 3\nTCP: inuse 2 orphan 9 tw 1 alloc 9 mem 9\nUDP: inuse 4\n") == 10);
  CHECK(count_sockets("TCP6: inuse 0\nUDP6: inuse 0\n") == 0);
  CHECK(count_sockets("TCP: inuse 0 orphan 5 tw 0 alloc 5 mem 5\n") == 0);
}

TEST_CASE("what does not count sockets does not count none") {
  CHECK_FALSE(count_sockets("").has_value());
  CHECK_FALSE(count_sockets("TCP: alloc 0\n").has_value());
  CHECK_FALSE(count_sockets("TCP: inuse\n").has_value());
  CHECK_FALSE(count_sockets("TCP: inuse x\n").has_value());
  CHECK_FALSE(count_sockets("TCP: inuse 0 tw 99999999999999999999\n").has_value());
}

}  // namespace netmon
