#include "linux/namespaces/socket_namespace.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>

namespace netmon {
namespace {

constexpr unsigned kThread = O_EXCL;  // PIDFD_THREAD of linux/pidfd.h, kernel >= 6.9

OpenResult refused(int error) {
  require_resources(error);
  return {{}, error};
}

}  // namespace

OpenResult open_namespace_of(const SocketHandle& handle) {
  const std::uint32_t task = handle.thread != 0 ? handle.thread : handle.pid;
  const unsigned flags = handle.thread != 0 ? kThread : 0;
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, task, flags)));
  if (!process) return refused(errno);
  const Fd socket(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), handle.fd, 0)));
  if (!socket) return refused(errno == EBADF ? ESRCH : errno);
  Fd netns(::ioctl(socket.get(), SIOCGSKNS));
  // These errors mean that the descriptor number has been reused for another file.
  if (!netns) return refused(errno == ENOTTY || errno == EINVAL ? ESRCH : errno);
  return {std::move(netns), 0};
}

bool is_internet_socket(int table, const char* name) {
  // Names that the kernel gives its struct proto.
  constexpr std::array<std::string_view, 10> kNames = {
      "TCP", "TCPv6", "UDP", "UDPv6", "UDP-Lite", "UDPLITEv6", "RAW", "RAWv6", "PING", "PINGv6"};
  const std::string path = "/proc/self/fd/" + std::to_string(table) + "/" + name;
  std::array<char, 32> value;
  const ssize_t length =
      ::getxattr(path.c_str(), "system.sockprotoname", value.data(), value.size());
  if (length <= 0) return false;
  const std::string_view text(value.data());  // the value ends in a NUL
  return std::find(kNames.begin(), kNames.end(), text) != kNames.end();
}

}  // namespace netmon
