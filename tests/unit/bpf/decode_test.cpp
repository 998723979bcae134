#include "bpf/decode.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "bpf/records.h"
#include "netmon/core/values/error.h"

namespace {

using netmon::Descriptor;
using netmon::DescriptorKind;
using netmon::DescriptorWalk;
using netmon::HeldSocketFacts;
using netmon::PortChoice;
using netmon::Protocol;
using netmon::State;

void name(netmon_file_record& record, std::string_view comm) {
  std::memset(record.comm, 0, sizeof record.comm);
  std::memcpy(record.comm, comm.data(), comm.size());
}

// A TCP connection of "nginx" (pid 42), from 10.0.0.1:8080 to 192.0.2.7:40000.
netmon_file_record connection() {
  netmon_file_record record{};
  record.kind = NETMON_FILE_TCP;
  record.family = AF_INET;
  record.state = 1;
  record.pid = 42;
  record.start_ns = 12'349'999'999;
  record.fd = 5;
  record.inode = 77'777;
  record.netns = 4'026'531'840;
  record.local_port = 8080;
  record.remote_port = 40'000;
  constexpr std::array<std::uint8_t, 4> kLocal{10, 0, 0, 1}, kRemote{192, 0, 2, 7};
  std::memcpy(record.local_address, kLocal.data(), kLocal.size());
  std::memcpy(record.remote_address, kRemote.data(), kRemote.size());
  name(record, "nginx");
  return record;
}

std::vector<std::byte> bytes_of(const std::vector<netmon_file_record>& records) {
  std::vector<std::byte> bytes(records.size() * sizeof(netmon_file_record));
  if (!records.empty()) std::memcpy(bytes.data(), records.data(), bytes.size());
  return bytes;
}

DescriptorWalk decode(const std::vector<netmon_file_record>& records) {
  return netmon::decode(bytes_of(records));
}

HeldSocketFacts facts_of(const netmon_file_record& record) {
  return decode({record}).descriptors.at(0).socket;
}

}  // namespace

TEST_CASE("a walk without a file of interest is empty") {
  const DescriptorWalk walk = netmon::decode({});
  CHECK(walk.holders.empty());
  CHECK(walk.descriptors.empty());
}

TEST_CASE("sockets of other families have a number and a state, and no address") {
  netmon_file_record record = connection();
  record.kind = NETMON_FILE_VSOCK;
  record.family = 0;
  record.state = 10;
  record.local_port = record.remote_port = 0;
  record.number = 4'000'000'000;
  record.program_or_cid = 2;
  HeldSocketFacts facts = facts_of(record);
  CHECK(facts.protocol == Protocol::vsock);
  CHECK(facts.state == State::listen);
  CHECK(facts.number == 4'000'000'000);
  CHECK(facts.program_or_cid == 2);
  CHECK(facts.local == netmon::Endpoint{});
  CHECK(facts.remote == netmon::Endpoint{});
  record.kind = NETMON_FILE_SCTP;
  record.number = 2905;
  facts = facts_of(record);
  CHECK(facts.protocol == Protocol::sctp);
  CHECK(facts.state == State::listen);
  CHECK(facts.number == 2905);
  record.kind = NETMON_FILE_OTHER;
  record.state = 99;
  facts = facts_of(record);
  CHECK(facts.protocol == Protocol::other);
  CHECK(facts.state == State::unconnected);
}

TEST_CASE("a connection is decoded in full") {
  const DescriptorWalk walk = decode({connection()});
  REQUIRE(walk.holders.size() == 1);
  CHECK(walk.holders[0] == netmon::DescriptorHolder{42, 12'349'999'999, "nginx"});
  REQUIRE(walk.descriptors.size() == 1);
  const Descriptor& found = walk.descriptors[0];
  CHECK(found.kind == DescriptorKind::socket);
  CHECK(found.holder == 0);
  CHECK(found.thread == 0);
  CHECK(found.fd == 5);
  CHECK(found.inode == 77'777);
  CHECK(found.socket.netns == 4'026'531'840);
  CHECK(found.socket.protocol == Protocol::tcp);
  CHECK(found.socket.state == State::established);
  CHECK(to_string(found.socket.local.address) == "10.0.0.1");
  CHECK(found.socket.local.port == 8080);
  CHECK(to_string(found.socket.remote.address) == "192.0.2.7");
  CHECK(found.socket.remote.port == 40'000);
  CHECK(found.socket.bound);
  CHECK(found.socket.port_choice == PortChoice::kernel);
}

TEST_CASE("an IPv6 listener has its address and no remote") {
  netmon_file_record record = connection();
  record.family = AF_INET6;
  record.state = 10;
  record.remote_port = 0;
  record.flags = NETMON_FILE_PORT_BOUND;
  std::memset(record.local_address, 0, sizeof record.local_address);
  std::memset(record.remote_address, 0, sizeof record.remote_address);
  record.local_address[15] = 1;
  const HeldSocketFacts facts = facts_of(record);
  CHECK(facts.state == State::listen);
  CHECK(to_string(facts.local.address) == "::1");
  CHECK(facts.remote == netmon::Endpoint{});
  CHECK(facts.port_choice == PortChoice::program);
}

TEST_CASE("every TCP state has its name") {
  const std::vector<State> expected = {State::established, State::syn_sent,   State::syn_recv,
                                       State::fin_wait1,   State::fin_wait2,  State::time_wait,
                                       State::bound,       State::close_wait, State::last_ack,
                                       State::listen,      State::closing};
  netmon_file_record record = connection();
  for (const State state : expected) {
    CHECK(facts_of(record).state == state);
    ++record.state;
  }
  CHECK_THROWS_AS(decode({record}), netmon::Error);  // TCP_NEW_SYN_RECV
}

TEST_CASE("a closed TCP socket without a port is in no table") {
  netmon_file_record record = connection();
  record.state = 7;
  record.local_port = 0;
  CHECK(facts_of(record).state == State::close);
  CHECK_FALSE(facts_of(record).bound);
}

TEST_CASE("datagram sockets are connected or unconnected") {
  for (const auto& [kind, protocol] : {std::pair(NETMON_FILE_UDP, Protocol::udp),
                                       std::pair(NETMON_FILE_UDPLITE, Protocol::udplite),
                                       std::pair(NETMON_FILE_ICMP, Protocol::icmp)}) {
    netmon_file_record record = connection();
    record.kind = static_cast<std::uint8_t>(kind);
    CHECK(facts_of(record).protocol == protocol);
    CHECK(facts_of(record).state == State::connected);
    record.state = 7;
    CHECK(facts_of(record).state == State::unconnected);
    record.state = 10;
    CHECK_THROWS_AS(decode({record}), netmon::Error);
  }
}

TEST_CASE("a port was named by the program, taken by connect(2), or neither") {
  netmon_file_record record = connection();
  const auto choice = [&](unsigned flags) {
    record.flags = static_cast<std::uint8_t>(flags);
    return facts_of(record).port_choice;
  };
  CHECK(choice(0) == PortChoice::kernel);
  CHECK(choice(NETMON_FILE_PORT_BOUND) == PortChoice::program);
  CHECK(choice(NETMON_FILE_PORT_CONNECTED) == PortChoice::connect);
  // The range may come from the listener that accepted the connection.
  CHECK(choice(NETMON_FILE_PORT_RANGE) == PortChoice::kernel);
  CHECK(choice(NETMON_FILE_PORT_RANGE | NETMON_FILE_PORT_CONNECTED) == PortChoice::connect);
  record.state = 10;  // listens
  CHECK(choice(0) == PortChoice::kernel);
  CHECK(choice(NETMON_FILE_PORT_RANGE) == PortChoice::program);
  record.kind = NETMON_FILE_UDP;
  record.state = 7;  // unconnected
  CHECK(choice(0) == PortChoice::kernel);
  CHECK(choice(NETMON_FILE_PORT_RANGE) == PortChoice::program);
  record.local_port = 0;
  CHECK_FALSE(choice(NETMON_FILE_PORT_RANGE).has_value());
  record.kind = NETMON_FILE_RAW;
  record.local_port = 1;
  CHECK_FALSE(choice(NETMON_FILE_PORT_BOUND).has_value());
}

TEST_CASE("a raw socket is bound while it is in its table, and has no port") {
  netmon_file_record record = connection();
  record.kind = NETMON_FILE_RAW;
  record.state = 7;
  record.local_port = 1;  // IPPROTO_ICMP
  const HeldSocketFacts facts = facts_of(record);
  CHECK(facts.protocol == Protocol::raw);
  CHECK(facts.bound);
  CHECK(facts.local.port == 0);
  record.local_port = 0;
  CHECK_FALSE(facts_of(record).bound);
}

TEST_CASE("a multipath socket is a TCP socket that says so") {
  netmon_file_record record = connection();
  CHECK_FALSE(facts_of(record).multipath);
  record.flags = NETMON_FILE_MULTIPATH;
  CHECK(facts_of(record).protocol == Protocol::tcp);
  CHECK(facts_of(record).multipath);
  CHECK_FALSE(facts_of(record).port_choice.has_value());
}

TEST_CASE("a packet socket is bound and has no address") {
  netmon_file_record record = connection();
  record.kind = NETMON_FILE_PACKET;
  record.family = AF_PACKET;
  record.state = 7;
  record.local_port = 0;
  const HeldSocketFacts facts = facts_of(record);
  CHECK(facts.protocol == Protocol::packet);
  CHECK(facts.bound);
  CHECK(facts.local == netmon::Endpoint{});
  CHECK(facts.remote == netmon::Endpoint{});
}

TEST_CASE("network namespaces and rings are no sockets") {
  netmon_file_record space{}, ring{};
  space.kind = NETMON_FILE_NET_NAMESPACE;
  space.inode = 4'026'532'000;
  ring.kind = NETMON_FILE_IO_URING;
  space.pid = ring.pid = 7;
  ring.thread = 9;
  const DescriptorWalk walk = decode({space, ring});
  REQUIRE(walk.descriptors.size() == 2);
  CHECK(walk.descriptors[0].kind == DescriptorKind::net_namespace);
  CHECK(walk.descriptors[0].inode == 4'026'532'000);
  CHECK(walk.descriptors[1].kind == DescriptorKind::io_uring);
  CHECK(walk.descriptors[1].inode == 0);
  CHECK(walk.descriptors[1].thread == 9);
}

TEST_CASE("a process is one holder, wherever its files come") {
  netmon_file_record first = connection(), other = connection(), thread = connection();
  other.pid = 43;
  thread.thread = 50;
  name(thread, "renamed");
  const DescriptorWalk walk = decode({first, first, other, thread});
  REQUIRE(walk.holders.size() == 2);
  CHECK(walk.holders[0].comm == "nginx");
  std::vector<std::uint32_t> holders;
  for (const Descriptor& descriptor : walk.descriptors) holders.push_back(descriptor.holder);
  CHECK(holders == std::vector<std::uint32_t>{0, 0, 1, 0});
}

TEST_CASE("a pid that was given to another process in mid-walk is another holder") {
  netmon_file_record first = connection(), second = connection();
  second.start_ns += 1;  // the same tick
  CHECK(decode({first, second}).holders.size() == 2);
}

TEST_CASE("what one read gave is continued by the next") {
  netmon::WalkDecoder decoder;
  decoder.add(bytes_of({connection()}));
  decoder.add(bytes_of({connection()}));
  const DescriptorWalk walk = std::move(decoder).take();
  CHECK(walk.holders.size() == 1);
  CHECK(walk.descriptors.size() == 2);
}

TEST_CASE("a hostile name is passed on as it is, and ends where the kernel ends it") {
  netmon_file_record record = connection();
  name(record, "a)\n\x1b[2J\xff");
  CHECK(decode({record}).holders.at(0).comm == "a)\n\x1b[2J\xff");
  name(record, "123456789012345");
  CHECK(decode({record}).holders.at(0).comm == "123456789012345");
  record.comm[15] = 'x';
  CHECK_THROWS_AS(decode({record}), netmon::Error);
}

TEST_CASE("a cut record is refused") {
  const std::vector<std::byte> bytes = bytes_of({connection(), connection()});
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    CAPTURE(size);
    const auto part = std::span(bytes).first(size);
    if (size % sizeof(netmon_file_record) == 0) {
      CHECK(netmon::decode(part).descriptors.size() == size / sizeof(netmon_file_record));
    } else {
      CHECK_THROWS_AS(netmon::decode(part), netmon::Error);
    }
  }
}

TEST_CASE("what the program does not write is refused") {
  netmon_file_record record = connection();
  SUBCASE("kind 0") { record.kind = 0; }
  SUBCASE("a kind behind the last") { record.kind = NETMON_FILE_OTHER + 1; }
  SUBCASE("state 0") { record.state = 0; }
  SUBCASE("a state behind the last") { record.state = 255; }
  SUBCASE("a flag behind the last") { record.flags = NETMON_FILE_PORT_RANGE << 1; }
  SUBCASE("no family") { record.family = 0; }
  SUBCASE("AF_PACKET for TCP") { record.family = AF_PACKET; }
  SUBCASE("AF_INET for a packet socket") {
    record.kind = NETMON_FILE_PACKET;
    record.state = 7;
  }
  SUBCASE("pid 0") { record.pid = 0; }
  SUBCASE("a negative pid") { record.pid = 0x80000000; }
  SUBCASE("a negative thread") { record.thread = 0x80000000; }
  SUBCASE("a negative descriptor") { record.fd = 0xffffffff; }
  CHECK_THROWS_AS(decode({record}), netmon::Error);
}
