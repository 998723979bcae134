#include "linux/netlink/kernel_sockets.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "linux/namespaces/netns_visit.h"
#include "netmon/core/values/error.h"

namespace netmon {
namespace {

// Whether the socket may be the kernel's own and `list` would say so. There is no such list of raw,
// packet and UDP-Lite sockets.
bool may_be_kernels(const Socket& socket) {
  const bool has_list = socket.protocol == Protocol::tcp || socket.protocol == Protocol::udp;
  const bool has_no_holder = socket.owner_state == OwnerState::no_process ||
                             socket.owner_state == OwnerState::not_permitted;
  return has_list && has_no_holder && socket.cookie != 0;
}

}  // namespace

std::string find_kernel_sockets(std::vector<Socket>& sockets, std::span<const Netns> namespaces,
                                const std::string& proc_root, const ListKernelSockets& list) {
  std::set<std::uint32_t> asked;
  for (const Socket& socket : sockets) {
    if (may_be_kernels(socket)) asked.insert(socket.netns);
  }
  std::string reason = "a file refers to them, and it may be in flight between processes";
  if (asked.empty()) return reason;
  if (!list) return "without BPF it is not known whether they are the kernel's own";

  std::vector<Netns> chosen;
  for (const std::uint32_t netns : asked) chosen.push_back(namespaces[netns]);
  std::set<std::uint64_t> cookies;  // unique within one boot
  visit_namespaces(proc_root, chosen, [&](std::size_t) {
    try {
      const std::vector<std::uint64_t> found = list();
      cookies.insert(found.begin(), found.end());
    } catch (const Error& error) {
      reason = error.what();
    }
  });
  for (Socket& socket : sockets) {
    if (may_be_kernels(socket) && cookies.contains(socket.cookie)) {
      socket.owner_state = OwnerState::kernel;
    }
  }
  return reason;
}

}  // namespace netmon
