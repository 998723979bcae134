// Measures the kernel's own share of a capture: reads what netmon reads, and keeps nothing of it.
//
//   netmon_floor          makes the sock_diag(7) dumps twice, and walks over /proc/PID/fd
//   netmon_floor --dumps  makes the dumps alone
//
// Prints "SOCKETS DESCRIPTORS", the numbers of one dump and of the walk.

#include <dirent.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

struct Request {
  nlmsghdr header{};
  inet_diag_req_v2 body{};
};

void send_request(int netlink, std::uint8_t family, std::uint8_t protocol) {
  Request request;
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = family;
  request.body.sdiag_protocol = protocol;
  request.body.idiag_states = ~0U;
  if (::send(netlink, &request, sizeof request, 0) < 0) fail("send");
}

// Makes one dump and returns the number of its sockets.
unsigned long dump(int netlink, std::uint8_t family, std::uint8_t protocol,
                   std::vector<char>& buffer) {
  send_request(netlink, family, protocol);
  unsigned long sockets = 0;
  while (true) {
    const ssize_t got = ::recv(netlink, buffer.data(), buffer.size(), 0);
    if (got < 0) fail("recv");
    auto left = static_cast<unsigned>(got);
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(buffer.data());
         NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) return sockets;
      ++sockets;
    }
  }
}

unsigned long dump_all(int netlink) {
  std::vector<char> buffer(std::size_t{1} << 18U);
  unsigned long sockets = 0;
  for (const int protocol : {IPPROTO_TCP, IPPROTO_UDP}) {
    for (const int family : {AF_INET, AF_INET6}) {
      sockets += dump(netlink, static_cast<std::uint8_t>(family),
                      static_cast<std::uint8_t>(protocol), buffer);
    }
  }
  return sockets;
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

unsigned long walk_descriptors(const std::string& path) {
  const Folder folder(::opendir(path.c_str()));
  if (folder == nullptr) return 0;  // the process is gone
  unsigned long descriptors = 0;
  std::array<char, 64> target{};
  while (const dirent* entry = ::readdir(folder.get())) {
    if (entry->d_name[0] == '.') continue;
    if (::readlinkat(::dirfd(folder.get()), entry->d_name, target.data(), target.size()) > 0) {
      ++descriptors;
    }
  }
  return descriptors;
}

unsigned long walk_processes() {
  const Folder proc(::opendir("/proc"));
  if (proc == nullptr) fail("/proc");
  unsigned long descriptors = 0;
  while (const dirent* entry = ::readdir(proc.get())) {
    if (std::isdigit(static_cast<unsigned char>(entry->d_name[0])) == 0) continue;
    descriptors += walk_descriptors(std::string("/proc/") + entry->d_name + "/fd");
  }
  return descriptors;
}

}  // namespace

int main(int argc, char** argv) {
  const int netlink = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0) fail("socket");
  dump_all(netlink);
  const unsigned long sockets = dump_all(netlink);
  const bool dumps_only = argc > 1 && std::string_view(argv[1]) == "--dumps";
  std::printf("%lu %lu\n", sockets, dumps_only ? 0UL : walk_processes());
  return 0;
}
