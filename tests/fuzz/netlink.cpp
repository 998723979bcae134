// Reads datagrams of sock_diag(7). Input: a byte for the protocol, one that says where to cut, and
// the datagram.
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "linux/netlink/diag_wire.h"
#include "support/check.h"

namespace netmon {
namespace {

using fuzz::require;

constexpr std::uint32_t kSequence = 7;

using Buffer = std::vector<std::byte>;

template <typename T>
void append(Buffer& out, const T& value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

template <typename T>
void append_attribute(Buffer& out, std::uint16_t type, const T& value) {
  append(out, nlattr{.nla_len = sizeof(nlattr) + sizeof value, .nla_type = type});
  append(out, value);
  out.resize((out.size() + 3) / 4 * 4);
}

std::uint8_t number_of(Protocol protocol, State state) {
  std::uint8_t number = 0;
  while (state_of(protocol, number) != state) ++number;
  return number;
}

void split_cookie(std::uint64_t cookie, std::span<std::uint32_t, 2> halves) {
  halves[0] = static_cast<std::uint32_t>(cookie);
  halves[1] = static_cast<std::uint32_t>(cookie >> 32U);
}

void append_packet_row(Buffer& out, const Socket& socket) {
  packet_diag_msg message{};
  message.pdiag_family = AF_PACKET;
  message.pdiag_num = static_cast<std::uint16_t>(socket.link_protocol);
  message.pdiag_ino = socket.inode;
  split_cookie(socket.cookie, message.pdiag_cookie);
  append(out, message);
  append_attribute(out, PACKET_DIAG_INFO, packet_diag_info{.pdi_index = socket.device_index});
  if (socket.uid) append_attribute(out, PACKET_DIAG_UID, *socket.uid);
}

void append_inet_row(Buffer& out, const Socket& socket) {
  inet_diag_msg message{};
  message.idiag_family = socket.local.address.family == Family::ipv4 ? AF_INET : AF_INET6;
  message.idiag_state = number_of(socket.protocol, socket.state);
  message.idiag_inode = socket.inode;
  message.idiag_uid = socket.uid.value_or(0);
  message.id.idiag_if = socket.device_index;
  // A raw socket has its IP protocol where other sockets have their port.
  message.id.idiag_sport =
      htons(socket.protocol == Protocol::raw ? static_cast<std::uint16_t>(socket.link_protocol)
                                             : socket.local.port);
  message.id.idiag_dport = htons(socket.remote.port);
  std::memcpy(message.id.idiag_src, socket.local.address.bytes.data(), 16);
  std::memcpy(message.id.idiag_dst, socket.remote.address.bytes.data(), 16);
  split_cookie(socket.cookie, message.id.idiag_cookie);
  append(out, message);
  if (socket.v6only) {
    append_attribute(out, INET_DIAG_SKV6ONLY, static_cast<std::uint8_t>(*socket.v6only));
  }
}

// The message that the kernel would send for the socket.
Buffer encode(const Socket& socket) {
  Buffer row;
  if (socket.protocol == Protocol::packet) {
    append_packet_row(row, socket);
  } else {
    append_inet_row(row, socket);
  }
  Buffer message;
  append(message, nlmsghdr{.nlmsg_len = static_cast<std::uint32_t>(sizeof(nlmsghdr) + row.size()),
                           .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                           .nlmsg_flags = NLM_F_MULTI,
                           .nlmsg_seq = kSequence,
                           .nlmsg_pid = 0});
  message.insert(message.end(), row.begin(), row.end());
  return message;
}

void check_socket(const Socket& socket, Protocol protocol) {
  require(socket.protocol == protocol, "a socket is of the protocol that was asked for");
  require(socket.inode != 0 || !socket.uid, "without a file there is no user");
  require(protocol != Protocol::raw || socket.local.port == 0, "a raw socket has no port");
  const DumpPart again = parse_dump(encode(socket), protocol, kSequence);
  require(again.status == DumpStatus::more && again.sockets == std::vector{socket},
          "a socket, written as the kernel would, is read as it was");
}

void check(Bytes datagram, Protocol protocol, std::size_t cut) {
  const DumpPart part = parse_dump(datagram, protocol, kSequence);
  require((part.status == DumpStatus::refused) == (part.error > 0), "a refusal has its errno");
  require(part.error >= 0, "an errno is positive");
  constexpr std::size_t kSmallestRow = sizeof(nlmsghdr) + sizeof(packet_diag_msg);
  require((part.sockets.size() + part.unknown_states) * kSmallestRow <= datagram.size(),
          "no more rows than bytes can hold");
  for (const Socket& socket : part.sockets) check_socket(socket, protocol);
  const DumpPart less =
      parse_dump(datagram.first(std::min(cut, datagram.size())), protocol, kSequence);
  require(less.sockets.size() <= part.sockets.size() &&
              std::equal(less.sockets.begin(), less.sockets.end(), part.sockets.begin()),
          "a cut datagram has the first of the rows");
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  netmon::check(std::as_bytes(std::span(data, size).subspan(2)),
                static_cast<netmon::Protocol>(data[0] % 6), data[1] * std::size_t{4});
  return 0;
}
