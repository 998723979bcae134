#include "linux/netlink/netlink_socket.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>

namespace netmon {

OpenResult open_netlink(int protocol) {
  Fd netlink(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, protocol));
  const int error = netlink ? 0 : errno;
  if (error != 0) require_resources(error);
  return {std::move(netlink), error};
}

int send_netlink(int netlink, Bytes request) {
  // An unconnected netlink socket sends to the kernel.
  const ssize_t sent = ::send(netlink, request.data(), request.size(), 0);
  if (sent < 0) return errno;
  return static_cast<std::size_t>(sent) == request.size() ? 0 : EMSGSIZE;
}

Datagram receive_netlink(int netlink, std::span<std::byte> buffer) {
  for (;;) {
    sockaddr_nl sender{};
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof sender;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const ssize_t got = ::recvmsg(netlink, &message, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {{}, errno};
    if ((message.msg_flags & MSG_TRUNC) != 0) return {{}, EMSGSIZE};
    if (message.msg_namelen != sizeof sender || sender.nl_pid != 0) continue;
    return {buffer.first(static_cast<std::size_t>(got)), 0};
  }
}

std::uint64_t read_netns_cookie() {
  constexpr int kNetnsCookie = 71;  // SO_NETNS_COOKIE in asm-generic/socket.h
  const OpenResult netlink = open_netlink(NETLINK_ROUTE);
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  if (!netlink.fd ||
      ::getsockopt(netlink.fd.get(), SOL_SOCKET, kNetnsCookie, &cookie, &size) != 0) {
    return 0;
  }
  return cookie;
}

}  // namespace netmon
