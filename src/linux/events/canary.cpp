#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <thread>

#include "netmon/core/values/error.h"
#include "netmon/linux/event_proofs.h"
#include "netmon/posix/fd.h"

namespace netmon {
namespace {

#ifndef SO_NETNS_COOKIE
constexpr int SO_NETNS_COOKIE = 71;
#endif

[[noreturn]] void fail_canary(const char* what) {
  throw SystemError(std::string("test connection (canary): ") + what, errno);
}

Fd open_socket(int family, int type, int protocol = 0) {
  Fd socket(::socket(family, type | SOCK_CLOEXEC, protocol));
  if (!socket) fail_canary("socket");
  return socket;
}

void raise_loopback() {
  const Fd control = open_socket(AF_INET, SOCK_DGRAM);
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", sizeof "lo");
  if (::ioctl(control.get(), SIOCGIFFLAGS, &request) != 0) fail_canary("SIOCGIFFLAGS");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (::ioctl(control.get(), SIOCSIFFLAGS, &request) != 0) fail_canary("SIOCSIFFLAGS");
}

struct Address {
  sockaddr_storage storage{};
  socklen_t bytes = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address loopback(int family) {
  Address address;
  address.storage.ss_family = static_cast<sa_family_t>(family);
  if (family == AF_INET) {
    reinterpret_cast<sockaddr_in*>(&address.storage)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.bytes = sizeof(sockaddr_in);
  } else {
    reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_addr = in6addr_loopback;
    address.bytes = sizeof(sockaddr_in6);
  }
  return address;
}

// Binds the socket to a port that the kernel chooses and returns the address.
Address bind_to_loopback(const Fd& socket, int family) {
  Address address = loopback(family);
  if (::bind(socket.get(), address.get(), address.bytes) != 0) fail_canary("bind");
  if (::getsockname(socket.get(), address.get(), &address.bytes) != 0) fail_canary("getsockname");
  return address;
}

void use_tcp(int family, EventCanary& canary) {
  const Fd listener = open_socket(family, SOCK_STREAM);
  Address address = bind_to_loopback(listener, family);
  if (::listen(listener.get(), 1) != 0) fail_canary("listen");
  ++canary.done[EventKind::listen];
  const Fd client = open_socket(family, SOCK_STREAM);
  if (::connect(client.get(), address.get(), address.bytes) != 0) fail_canary("connect");
  ++canary.done[EventKind::connect];
  const Fd accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!accepted) fail_canary("accept");
  ++canary.done[EventKind::accept];
}

void use_udp(int family, EventCanary& canary) {
  const Fd server = open_socket(family, SOCK_DGRAM);
  Address address = bind_to_loopback(server, family);
  ++canary.done[EventKind::bind];
  const Fd sender = open_socket(family, SOCK_DGRAM);
  if (::sendto(sender.get(), "", 0, 0, address.get(), address.bytes) != 0) fail_canary("sendto");
  ++canary.done[EventKind::send];
  const Fd client = open_socket(family, SOCK_DGRAM);
  if (::connect(client.get(), address.get(), address.bytes) != 0) fail_canary("connect");
  ++canary.done[EventKind::udp_connect];
}

// Counts nothing without CAP_NET_RAW, which a raw socket needs.
void use_raw(int family, EventCanary& canary) {
  const int protocol = family == AF_INET ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
  const Fd raw(::socket(family, SOCK_RAW | SOCK_CLOEXEC, protocol));
  if (raw) ++canary.done[EventKind::raw];
}

bool has_ipv6() { return Fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)).get() >= 0; }

EventCanary run_in_own_namespace() {
  if (::unshare(CLONE_NEWNET) != 0) fail_canary("a network namespace");
  raise_loopback();
  EventCanary canary;
  const Fd socket = open_socket(AF_INET, SOCK_DGRAM);
  socklen_t bytes = sizeof canary.netns_cookie;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_NETNS_COOKIE, &canary.netns_cookie, &bytes) != 0) {
    fail_canary("SO_NETNS_COOKIE");
  }
  struct stat status {};
  if (::stat("/proc/thread-self/ns/net", &status) == 0) canary.netns_id = status.st_ino;
  for (const int family : {AF_INET, AF_INET6}) {
    if (family == AF_INET6 && !has_ipv6()) continue;
    use_tcp(family, canary);
    use_udp(family, canary);
    use_raw(family, canary);
  }
  return canary;
}

}  // namespace

EventCanary run_canary() {
  EventCanary canary;
  std::exception_ptr failed;
  // Only this thread enters the new namespace, which goes away with it.
  std::thread thread([&] {
    try {
      canary = run_in_own_namespace();
    } catch (...) {
      failed = std::current_exception();
    }
  });
  thread.join();
  if (failed) std::rethrow_exception(failed);
  return canary;
}

}  // namespace netmon
