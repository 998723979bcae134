// Makes owners of the kernel's list of open files: joins a walk over BPF with the socket tables.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "linux/owners/owners.h"
#include "netmon/core/model/descriptor_walk.h"

namespace netmon {

// A descriptor's path below `proc_root`, good as long as it is held.
std::string descriptor_path(const std::string& proc_root, const DescriptorHolder& holder,
                            const Descriptor& descriptor);

// The owners of the sockets with these inodes. /proc is read for their holders alone. One that has
// ended by then is no owner and set aside, with what the walk has of it; one that /proc does not
// show is named by that. `not_permitted` and `vanished` count of the holders what could not be
// read: the owners are known all the same, but for those of a socket that is registered with the
// io_uring of such a process.
OwnerWalk join_owners(const ProcHost& host, const DescriptorWalk& found,
                      std::span<const std::uint32_t> inodes);

// Makes those that have ended the owners of what nobody else was found to hold. For a walk to which
// nothing more is added.
OwnerWalk attribute_to_ended(OwnerWalk walk);

}  // namespace netmon
