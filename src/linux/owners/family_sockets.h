// Sockets of families that no table lists, from the kernel's list of open files.
#pragma once

#include <span>
#include <vector>

#include "linux/namespaces/namespaces.h"
#include "netmon/core/model/descriptor_walk.h"

namespace netmon {

// One row a socket, without its owners; `netns` is an index into `namespaces`. One of a namespace
// that is not among them is left out.
std::vector<Socket> family_sockets(const DescriptorWalk& walk, std::span<const Netns> namespaces);

}  // namespace netmon
