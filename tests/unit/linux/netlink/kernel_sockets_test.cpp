#include "linux/netlink/kernel_sockets.h"

#include <doctest/doctest.h>

#include "netmon/core/values/error.h"

namespace netmon {
namespace {

Socket unheld(std::uint64_t cookie, Protocol protocol = Protocol::udp) {
  Socket socket;
  socket.cookie = cookie;
  socket.inode = 77;
  socket.protocol = protocol;
  socket.owner_state = OwnerState::no_process;
  return socket;
}

std::vector<Netns> own() {
  std::vector<Netns> namespaces(1);
  namespaces[0].own = true;
  return namespaces;
}

}  // namespace

TEST_CASE("the kernel's own sockets are told from those that a file refers to") {
  std::vector<Socket> sockets = {unheld(1), unheld(2), unheld(3, Protocol::tcp)};
  sockets[2].owner_state = OwnerState::not_permitted;
  int asked = 0;
  const std::string reason = find_kernel_sockets(sockets, own(), "/proc", [&] {
    ++asked;
    return std::vector<std::uint64_t>{1, 3, 9};
  });
  CHECK(asked == 1);
  CHECK(sockets[0].owner_state == OwnerState::kernel);
  CHECK(sockets[1].owner_state == OwnerState::no_process);
  CHECK(sockets[2].owner_state == OwnerState::kernel);
  CHECK(reason == "a file refers to them, and it may be in flight between processes");
}

TEST_CASE("nothing is asked where every socket has a holder, or a reason to have none") {
  std::vector<Socket> sockets = {unheld(1), unheld(2), unheld(3), unheld(4, Protocol::packet),
                                 unheld(0)};
  sockets[0].owner_state = OwnerState::held;
  sockets[1].owner_state = OwnerState::time_wait;
  sockets[2].owner_state = OwnerState::vanished;
  find_kernel_sockets(sockets, own(), "/proc", []() -> std::vector<std::uint64_t> {
    FAIL("asked");
    return {};
  });
  CHECK(sockets[3].owner_state == OwnerState::no_process);
}

TEST_CASE("without BPF, or where it fails, it is not known and that is said") {
  std::vector<Socket> sockets = {unheld(1)};
  CHECK(find_kernel_sockets(sockets, own(), "/proc", {}) ==
        "without BPF it is not known whether they are the kernel's own");
  CHECK(find_kernel_sockets(sockets, own(), "/proc", []() -> std::vector<std::uint64_t> {
          throw Error("bpf", "refused");
        }) == "bpf: refused");
  CHECK(sockets[0].owner_state == OwnerState::no_process);
}

}  // namespace netmon
