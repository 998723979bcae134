// Tells which of the sockets without a holder are the kernel's own.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "linux/namespaces/namespaces.h"
#include "netmon/core/model/descriptor_walk.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Sets the owner state of each TCP and UDP socket that has no known holder and is the kernel's own,
// such as a tunnel's. `list` is called once in each namespace that has sockets without a holder;
// Socket::netns is an index into `namespaces`. Returns why no holder was found for the others, as
// the reason of their gap.
std::string find_kernel_sockets(std::vector<Socket>& sockets, std::span<const Netns> namespaces,
                                const std::string& proc_root, const ListKernelSockets& list);

}  // namespace netmon
