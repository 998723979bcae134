#include "linux/netlink/diag_wire.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "linux/netlink/netlink_reader.h"

namespace netmon {
namespace {

constexpr std::uint32_t kAllStates = 0xffffffff;  // TCP_BOUND_INACTIVE (bit 13) included

template <typename Body>
std::vector<std::byte> request(std::uint16_t type, std::uint32_t sequence, const Body& body) {
  nlmsghdr header{};
  header.nlmsg_len = sizeof header + sizeof body;
  header.nlmsg_type = type;
  header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header.nlmsg_seq = sequence;
  std::vector<std::byte> bytes(sizeof header + sizeof body);
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, &body, sizeof body);
  return bytes;
}

std::uint64_t cookie_of(std::span<const std::uint32_t, 2> halves) {
  return std::uint64_t{halves[1]} << 32U | halves[0];
}

std::optional<IpAddress> address_of(std::uint8_t family, std::span<const __be32, 4> words) {
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), words.data(), bytes.size());
  if (family == AF_INET) return IpAddress::ipv4(std::span(bytes).first<4>());
  if (family == AF_INET6) return IpAddress::ipv6(bytes);
  return std::nullopt;
}

struct Row {
  std::optional<Socket> socket;
  bool malformed = false;  // where false, an absent socket is one in an unknown state
};

Row parse_inet(Reader reader, Protocol protocol) {
  const auto message = reader.take<inet_diag_msg>();
  if (!message) return {std::nullopt, true};
  const auto local = address_of(message->idiag_family, message->id.idiag_src);
  const auto remote = address_of(message->idiag_family, message->id.idiag_dst);
  if (!local || !remote) return {std::nullopt, true};
  const std::optional<State> state = state_of(protocol, message->idiag_state);

  Socket socket;
  socket.protocol = protocol;
  socket.cookie = cookie_of(message->id.idiag_cookie);
  socket.inode = message->idiag_inode;
  socket.device_index = message->id.idiag_if;
  // For a socket without a struct file the kernel knows no user and sends 0.
  if (socket.inode != 0) socket.uid = message->idiag_uid;
  socket.local = {*local, ntohs(message->id.idiag_sport)};
  socket.remote = {*remote, ntohs(message->id.idiag_dport)};
  if (socket.remote.port == 0 && is_unspecified(socket.remote.address)) socket.remote = {};
  const bool has_v6only = state == State::listen || state == State::unconnected;
  const bool whole = for_each_attribute(reader, [&](std::uint16_t type, Bytes payload) {
    if (payload.empty()) return;
    const auto first = std::to_integer<std::uint8_t>(payload.front());
    if (type == INET_DIAG_SKV6ONLY && has_v6only) socket.v6only = first != 0;
    if (type == INET_DIAG_PROTOCOL && protocol == Protocol::raw) socket.link_protocol = first;
  });
  if (!whole) return {std::nullopt, true};
  if (!state) return {};
  socket.state = *state;
  if (protocol == Protocol::raw) {
    // The kernel keeps a raw socket's IP protocol where others have their port.
    if (socket.link_protocol == 0) socket.link_protocol = socket.local.port;
    socket.local.port = 0;
  }
  return {socket, false};
}

Row parse_packet(Reader reader) {
  const auto message = reader.take<packet_diag_msg>();
  if (!message || message->pdiag_family != AF_PACKET) return {std::nullopt, true};
  Socket socket;
  socket.protocol = Protocol::packet;
  socket.state = State::unconnected;
  socket.cookie = cookie_of(message->pdiag_cookie);
  socket.inode = message->pdiag_ino;
  socket.link_protocol = message->pdiag_num;
  const bool whole = for_each_attribute(reader, [&](std::uint16_t type, Bytes payload) {
    Reader value(payload);
    if (type == PACKET_DIAG_INFO) {
      if (const auto info = value.take<packet_diag_info>()) socket.device_index = info->pdi_index;
    } else if (type == PACKET_DIAG_UID && socket.inode != 0) {
      socket.uid = value.take<std::uint32_t>();
    }
  });
  if (!whole) return {std::nullopt, true};
  return {socket, false};
}

// NLMSG_ERROR and NLMSG_DONE both begin with an int: 0 or a negative errno.
void end_dump(DumpPart& part, Reader payload, DumpStatus without_error) {
  const auto code = payload.take<std::int32_t>();
  if (!code || *code > 0) {
    part.status = DumpStatus::malformed;
    return;
  }
  part.error = *code == INT32_MIN ? EPROTO : -*code;
  part.status = part.error == 0 ? without_error : DumpStatus::refused;
}

void add_row(DumpPart& part, Reader payload, Protocol protocol) {
  const Row row =
      protocol == Protocol::packet ? parse_packet(payload) : parse_inet(payload, protocol);
  if (row.socket) {
    part.sockets.push_back(*row.socket);
  } else if (row.malformed) {
    part.status = DumpStatus::malformed;
  } else {
    ++part.unknown_states;
  }
}

}  // namespace

std::vector<std::byte> tcp_request(std::uint32_t sequence) {
  inet_diag_req body{};  // the kernel ignores its family: the answer holds both
  body.idiag_states = kAllStates;
  return request(TCPDIAG_GETSOCK, sequence, body);
}

std::vector<std::byte> inet_request(Protocol protocol, Family family, std::uint32_t sequence) {
  inet_diag_req_v2 body{};
  body.sdiag_family = family == Family::ipv4 ? AF_INET : AF_INET6;
  body.sdiag_protocol = protocol == Protocol::udp       ? IPPROTO_UDP
                        : protocol == Protocol::udplite ? IPPROTO_UDPLITE
                                                        : IPPROTO_RAW;
  body.idiag_states = kAllStates;
  return request(SOCK_DIAG_BY_FAMILY, sequence, body);
}

std::vector<std::byte> packet_request(std::uint32_t sequence) {
  packet_diag_req body{};
  body.sdiag_family = AF_PACKET;
  body.pdiag_show = PACKET_SHOW_INFO;
  return request(SOCK_DIAG_BY_FAMILY, sequence, body);
}

DumpPart parse_dump(Bytes datagram, Protocol protocol, std::uint32_t sequence) {
  DumpPart part;
  constexpr std::size_t kRowBytes = 96;  // a little less than the kernel's smallest
  part.sockets.reserve(datagram.size() / kRowBytes);
  Reader reader(datagram);
  if (reader.empty()) part.status = DumpStatus::malformed;
  while (!reader.empty() && part.status == DumpStatus::more) {
    const auto header = reader.take<nlmsghdr>();
    const std::size_t length = header ? header->nlmsg_len : 0;
    const auto payload =
        length < sizeof(nlmsghdr) ? std::nullopt : reader.take_bytes(length - sizeof(nlmsghdr));
    if (!payload) {
      part.status = DumpStatus::malformed;
      break;
    }
    reader.skip_padding(length);
    if (header->nlmsg_seq != sequence) continue;
    part.interrupted |= (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    switch (header->nlmsg_type) {
      case NLMSG_NOOP:
        break;
      case NLMSG_DONE:
        end_dump(part, Reader(*payload), DumpStatus::done);
        break;
      case NLMSG_ERROR:  // an acknowledgement (code 0) was not asked for
        end_dump(part, Reader(*payload), DumpStatus::malformed);
        break;
      case NLMSG_OVERRUN:
        part.status = DumpStatus::malformed;
        break;
      default:
        add_row(part, Reader(*payload), protocol);
    }
  }
  return part;
}

std::optional<State> state_of(Protocol protocol, std::uint8_t number) {
  if (protocol != Protocol::tcp) {
    if (number == 1) return State::connected;
    if (number == 7) return State::unconnected;
    return std::nullopt;
  }
  switch (number) {
    case 1:
      return State::established;
    case 2:
      return State::syn_sent;
    case 3:
    case 12:  // TCP_NEW_SYN_RECV
      return State::syn_recv;
    case 4:
      return State::fin_wait1;
    case 5:
      return State::fin_wait2;
    case 6:
      return State::time_wait;
    case 7:   // The kernel's tables hold a closed socket only while it is bound to a port, and a
    case 13:  // request for TCP_BOUND_INACTIVE is answered with the socket's own number, 7.
      return State::bound;
    case 8:
      return State::close_wait;
    case 9:
      return State::last_ack;
    case 10:
      return State::listen;
    case 11:
      return State::closing;
    default:
      return std::nullopt;
  }
}

}  // namespace netmon
