// Decodes records of the BPF walk. Input: a byte that says where to split, then the records.
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bpf/decode.h"
#include "bpf/records.h"
#include "netmon/core/values/error.h"
#include "support/check.h"

namespace netmon {
namespace {

using fuzz::require;
using Bytes = std::span<const std::byte>;

std::uint8_t kind_of(const Descriptor& descriptor) {
  switch (descriptor.kind) {
    case DescriptorKind::socket: {
      const Protocol protocol = descriptor.socket.protocol;
      const Protocol first = protocol < Protocol::vsock ? Protocol::tcp : Protocol::vsock;
      const int kind = protocol < Protocol::vsock ? NETMON_FILE_TCP : NETMON_FILE_VSOCK;
      return static_cast<std::uint8_t>(kind + static_cast<int>(protocol) - static_cast<int>(first));
    }
    case DescriptorKind::net_namespace:
      return NETMON_FILE_NET_NAMESPACE;
    case DescriptorKind::io_uring:
      return NETMON_FILE_IO_URING;
  }
  return 0;
}

std::uint8_t number_of(State state) {
  constexpr std::array kNumbers{State::established, State::syn_sent,   State::syn_recv,
                                State::fin_wait1,   State::fin_wait2,  State::time_wait,
                                State::close,       State::close_wait, State::last_ack,
                                State::listen,      State::closing};
  if (state == State::connected) return 1;
  if (state == State::bound || state == State::unconnected) return 7;
  return static_cast<std::uint8_t>(std::ranges::find(kNumbers, state) - kNumbers.begin() + 1);
}

void write_socket(netmon_file_record& record, const HeldSocketFacts& facts) {
  record.netns = static_cast<std::uint32_t>(facts.netns);
  record.state = number_of(facts.state);
  if (facts.multipath) record.flags |= NETMON_FILE_MULTIPATH;
  if (facts.port_choice == PortChoice::program) record.flags |= NETMON_FILE_PORT_BOUND;
  if (facts.port_choice == PortChoice::connect) record.flags |= NETMON_FILE_PORT_CONNECTED;
  const bool ipv4 = facts.local.address.family == Family::ipv4;
  record.family = facts.protocol == Protocol::packet ? AF_PACKET : ipv4 ? AF_INET : AF_INET6;
  std::ranges::copy(facts.local.address.bytes, record.local_address);
  std::ranges::copy(facts.remote.address.bytes, record.remote_address);
  // For a raw socket this field is its IP protocol, which is not kept.
  record.local_port = facts.protocol == Protocol::raw && facts.bound ? 1 : facts.local.port;
  record.remote_port = facts.remote.port;
  record.program_or_cid = facts.program_or_cid;
  record.number = facts.number;
}

std::vector<std::byte> encode(const DescriptorWalk& walk) {
  std::vector<std::byte> bytes;
  for (const Descriptor& descriptor : walk.descriptors) {
    const DescriptorHolder& holder = walk.holders.at(descriptor.holder);
    netmon_file_record record{};
    record.inode = descriptor.inode;
    record.start_ns = holder.start_ns;
    record.pid = holder.pid;
    record.thread = descriptor.thread;
    record.fd = static_cast<std::uint32_t>(descriptor.fd);
    std::ranges::copy(holder.comm, record.comm);
    record.kind = kind_of(descriptor);
    if (descriptor.kind == DescriptorKind::socket) write_socket(record, descriptor.socket);
    const auto raw = std::as_bytes(std::span(&record, 1));
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  }
  return bytes;
}

bool same(const DescriptorWalk& a, const DescriptorWalk& b) {
  return a.holders == b.holders && a.descriptors == b.descriptors;
}

void check_walk(const DescriptorWalk& walk, std::size_t bytes) {
  require(walk.descriptors.size() * sizeof(netmon_file_record) == bytes, "a record, a descriptor");
  std::set<std::uint32_t> holding;
  for (const Descriptor& descriptor : walk.descriptors) {
    require(descriptor.holder < walk.holders.size(), "a descriptor has its holder");
    require(descriptor.fd >= 0, "a descriptor has a number");
    holding.insert(descriptor.holder);
  }
  require(holding.size() == walk.holders.size(), "a holder holds something");
  std::set<std::pair<std::uint32_t, std::uint64_t>> processes;
  for (const DescriptorHolder& holder : walk.holders) {
    require(
        holder.pid != 0 && holder.comm.size() < 16 && holder.comm.find('\0') == std::string::npos,
        "a holder is a process with a name");
    require(processes.emplace(holder.pid, holder.start_ns).second, "a holder is there once");
  }
}

void check(Bytes records, std::size_t split) {
  DescriptorWalk walk;
  if (!fuzz::accepted<Error>([&] { walk = decode(records); })) return;
  check_walk(walk, records.size());
  require(same(decode(encode(walk)), walk),
          "a walk, written as the kernel would, is read as it was");
  const std::size_t first = std::min(split * sizeof(netmon_file_record), records.size());
  WalkDecoder decoder;
  decoder.add(records.first(first));
  decoder.add(records.subspan(first));
  require(same(std::move(decoder).take(), walk), "two reads give what one gives");
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  netmon::check(std::as_bytes(std::span(data, size).subspan(1)), data[0]);
  return 0;
}
