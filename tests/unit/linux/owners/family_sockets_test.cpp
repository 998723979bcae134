#include "linux/owners/family_sockets.h"

#include <doctest/doctest.h>

namespace netmon {
namespace {

constexpr std::uint64_t kHere = 4026531840, kElsewhere = 4026532000;

Descriptor held(std::uint64_t inode, State state, std::uint32_t port, std::uint32_t cid,
                std::uint64_t netns = kHere) {
  Descriptor descriptor;
  descriptor.inode = inode;
  descriptor.socket.netns = netns;
  descriptor.socket.protocol = Protocol::vsock;
  descriptor.socket.state = state;
  descriptor.socket.number = port;
  descriptor.socket.program_or_cid = cid;
  return descriptor;
}

std::vector<Socket> sockets_of(std::vector<Descriptor> descriptors) {
  DescriptorWalk walk;
  walk.holders.resize(1);
  walk.descriptors = std::move(descriptors);
  std::vector<Netns> namespaces(1);
  namespaces.front().id = kHere;
  return family_sockets(walk, namespaces);
}

}  // namespace

TEST_CASE("a port of vsock has 32 bits") {
  const auto sockets = sockets_of({held(7, State::listen, 4'000'000'000, 0)});
  REQUIRE(sockets.size() == 1);
  CHECK(sockets[0].link_protocol == 4'000'000'000);
  CHECK(sockets[0].device_index == 0);
}

TEST_CASE("a connection of vsock has its peer, and one that was accepted its listener's place") {
  const auto sockets =
      sockets_of({held(7, State::listen, 1024, 0), held(8, State::connected, 1024, 2),
                  held(9, State::connected, 2048, 2)});
  REQUIRE(sockets.size() == 3);
  CHECK(sockets[1].link_protocol == 1024);
  CHECK(sockets[1].device_index == 0);
  CHECK(sockets[2].link_protocol == 2048);
  CHECK(sockets[2].device_index == 2);
}

TEST_CASE("a listener of another namespace accepts nothing here") {
  const auto sockets =
      sockets_of({held(7, State::listen, 1024, 0, kElsewhere), held(8, State::connected, 1024, 2)});
  REQUIRE(sockets.size() == 1);
  CHECK(sockets[0].device_index == 2);
}

}  // namespace netmon
