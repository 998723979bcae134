#include "bpf/decode.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "bpf/records.h"
#include "netmon/core/values/error.h"

namespace netmon {
namespace {

constexpr unsigned kFlags = NETMON_FILE_PORT_BOUND | NETMON_FILE_MULTIPATH |
                            NETMON_FILE_PORT_CONNECTED | NETMON_FILE_PORT_RANGE;

[[noreturn]] void refuse(const char* what) {
  throw Error("bpf", std::string("the kernel's walk holds ") + what);
}

std::optional<Protocol> protocol_of(std::uint8_t kind) {
  switch (kind) {
    case NETMON_FILE_TCP:
      return Protocol::tcp;
    case NETMON_FILE_UDP:
      return Protocol::udp;
    case NETMON_FILE_UDPLITE:
      return Protocol::udplite;
    case NETMON_FILE_RAW:
      return Protocol::raw;
    case NETMON_FILE_ICMP:
      return Protocol::icmp;
    case NETMON_FILE_PACKET:
      return Protocol::packet;
    case NETMON_FILE_VSOCK:
      return Protocol::vsock;
    case NETMON_FILE_XDP:
      return Protocol::xdp;
    case NETMON_FILE_SCTP:
      return Protocol::sctp;
    case NETMON_FILE_OTHER:
      return Protocol::other;
    default:
      return std::nullopt;
  }
}

// The state that a kernel number means (include/net/tcp_states.h). A socket that a process holds is
// never in TCP_NEW_SYN_RECV (12), and TCP_BOUND_INACTIVE (13) exists in sock_diag alone.
State state_of(Protocol protocol, std::uint8_t number, bool bound) {
  constexpr std::uint8_t kEstablished = 1, kClose = 7;
  constexpr std::array kTcp = {State::established, State::syn_sent,   State::syn_recv,
                               State::fin_wait1,   State::fin_wait2,  State::time_wait,
                               State::close,       State::close_wait, State::last_ack,
                               State::listen,      State::closing};
  if (protocol == Protocol::tcp) {
    if (number < 1 || number > kTcp.size()) refuse("a TCP socket in no TCP state");
    return number == kClose && bound ? State::bound : kTcp[number - 1U];
  }
  if (number == kEstablished) return State::connected;
  if (number != kClose) refuse("a datagram socket in an impossible state");
  return State::unconnected;
}

// A port range of the socket's own means that the program chose the port. That does not hold for
// connections, because an accepted one has the range of its listener.
PortChoice port_choice_of(std::uint8_t flags, State state) {
  const bool own_range = (flags & NETMON_FILE_PORT_RANGE) != 0 &&
                         (state == State::listen || state == State::unconnected);
  if ((flags & NETMON_FILE_PORT_BOUND) != 0 || own_range) return PortChoice::program;
  return (flags & NETMON_FILE_PORT_CONNECTED) != 0 ? PortChoice::connect : PortChoice::kernel;
}

// Other families have states of their own, except for these two, which they share with TCP.
HeldSocketFacts other_facts(HeldSocketFacts facts, const netmon_file_record& record) {
  constexpr std::uint8_t kEstablished = 1, kListen = 10;
  facts.state = record.state == kListen        ? State::listen
                : record.state == kEstablished ? State::connected
                                               : State::unconnected;
  facts.number = record.number;
  return facts;
}

HeldSocketFacts facts_of(const netmon_file_record& record, Protocol protocol) {
  if ((record.flags & ~kFlags) != 0) refuse("an unknown flag");
  HeldSocketFacts facts;
  facts.netns = record.netns;
  facts.protocol = protocol;
  facts.program_or_cid = record.program_or_cid;
  if (protocol >= Protocol::vsock) return other_facts(facts, record);
  facts.multipath = (record.flags & NETMON_FILE_MULTIPATH) != 0;
  // A packet socket is in its table from its creation on.
  facts.bound = protocol == Protocol::packet || record.local_port != 0;
  facts.state = state_of(protocol, record.state, facts.bound);
  const bool has_ports = protocol == Protocol::tcp || is_datagram(protocol);
  if (has_ports && facts.bound && !facts.multipath) {
    facts.port_choice = port_choice_of(record.flags, facts.state);
  }
  if (protocol == Protocol::packet) {
    if (record.family != AF_PACKET) refuse("a packet socket of another family");
    return facts;
  }
  if (record.family != AF_INET && record.family != AF_INET6) refuse("a socket of no IP family");
  facts.local = {address_of(record.family, record.local_address), record.local_port};
  facts.remote = {address_of(record.family, record.remote_address), record.remote_port};
  if (facts.remote.port == 0 && is_unspecified(facts.remote.address)) facts.remote = {};
  // A raw socket has its IP protocol in the place of the port.
  if (protocol == Protocol::raw) facts.local.port = 0;
  return facts;
}

Descriptor descriptor_of(const netmon_file_record& record) {
  Descriptor descriptor;
  if (record.thread > INT32_MAX || record.fd > INT32_MAX) refuse("an impossible number");
  descriptor.thread = record.thread;
  descriptor.fd = static_cast<std::int32_t>(record.fd);
  descriptor.inode = record.inode;
  if (const auto protocol = protocol_of(record.kind)) {
    descriptor.kind = DescriptorKind::socket;
    descriptor.socket = facts_of(record, *protocol);
  } else if (record.kind == NETMON_FILE_NET_NAMESPACE) {
    descriptor.kind = DescriptorKind::net_namespace;
  } else if (record.kind == NETMON_FILE_IO_URING) {
    descriptor.kind = DescriptorKind::io_uring;
  } else {
    refuse("a file of an unknown kind");
  }
  return descriptor;
}

DescriptorHolder holder_in(const netmon_file_record& record) {
  if (record.pid == 0 || record.pid > INT32_MAX) refuse("a process without a valid pid");
  auto comm = name_of(record.comm);
  if (!comm) refuse("a name without a NUL");
  return {record.pid, record.start_ns, *std::move(comm)};
}

}  // namespace

// The files of a process come one after the other, except those of a thread's own table, so the
// latest holder is checked first.
std::uint32_t WalkDecoder::holder_of(const DescriptorHolder& holder) {
  const auto same = [&holder](const DescriptorHolder& other) {
    return other.pid == holder.pid && other.start_ns == holder.start_ns;
  };
  auto& holders = walk_.holders;
  if (latest_holder_ < holders.size() && same(holders[latest_holder_])) return latest_holder_;
  const auto next = static_cast<std::uint32_t>(holders.size());
  const auto [found, is_new] = holders_.try_emplace({holder.pid, holder.start_ns}, next);
  if (is_new) holders.push_back(holder);
  return latest_holder_ = found->second;
}

void WalkDecoder::add(std::span<const std::byte> records) {
  while (!records.empty()) {
    netmon_file_record record;
    if (records.size() < sizeof record) refuse("a cut record");
    if (walk_.descriptors.size() == kMaxDescriptors) refuse("more descriptors than can be kept");
    std::memcpy(&record, records.data(), sizeof record);
    records = records.subspan(sizeof record);
    Descriptor descriptor = descriptor_of(record);
    descriptor.holder = holder_of(holder_in(record));
    walk_.descriptors.push_back(descriptor);
  }
}

DescriptorWalk WalkDecoder::take() && { return std::move(walk_); }

DescriptorWalk decode(std::span<const std::byte> records) {
  WalkDecoder decoder;
  decoder.add(records);
  return std::move(decoder).take();
}

std::vector<std::uint64_t> decode_cookies(std::span<const std::byte> bytes) {
  std::vector<std::uint64_t> cookies(bytes.size() / sizeof(std::uint64_t));
  if (bytes.size() % sizeof(std::uint64_t) != 0) refuse("a cut cookie");
  if (!cookies.empty()) std::memcpy(cookies.data(), bytes.data(), bytes.size());
  if (std::ranges::count(cookies, 0U) != 0) refuse("a cookie of zero");
  return cookies;
}

}  // namespace netmon
