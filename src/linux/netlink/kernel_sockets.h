// Which of the sockets that nobody holds are the kernel's own.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "linux/namespaces/namespaces.h"
#include "netmon/core/model/descriptor_walk.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Sets the owner state of each TCP and UDP socket that no process was found to hold and that is the
// kernel's own, such as a tunnel's. `list` is asked once in each namespace with such a socket;
// Socket::netns is an index into `namespaces`. Returns why the others have no holder, for the gap
// that they are.
std::string find_kernel_sockets(std::vector<Socket>& sockets, std::span<const Netns> namespaces,
                                const std::string& proc_root, const ListKernelSockets& list);

}  // namespace netmon
