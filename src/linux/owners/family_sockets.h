// Makes rows of the sockets of families that no table lists, from a walk over BPF.
#pragma once

#include <span>
#include <vector>

#include "linux/namespaces/namespaces.h"
#include "netmon/core/model/descriptor_walk.h"

namespace netmon {

// One row for each socket, without its owners. Socket::netns is an index into `namespaces`; sockets
// of other namespaces are left out.
std::vector<Socket> family_sockets(const DescriptorWalk& walk, std::span<const Netns> namespaces);

}  // namespace netmon
