// Finds owners in the kernel's list of open files: joins a walk over BPF with the socket tables.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "linux/owners/owners.h"
#include "netmon/core/model/descriptor_walk.h"

namespace netmon {

// A descriptor's path below `proc_root`. It is valid as long as the process holds the descriptor.
std::string descriptor_path(const std::string& proc_root, const DescriptorHolder& holder,
                            const Descriptor& descriptor);

// The owners of the sockets with these inodes. Of the processes in /proc only their holders are
// read. A holder that has ended by then is no owner: it is put into OwnerWalk::ended with what the
// walk says of it. A holder that lives but that /proc does not show is described by what the walk
// says of it. `not_permitted` counts the io_urings whose registered files could not be read: of
// those the sockets' owners are not known. `vanished` counts the holders that have ended.
OwnerWalk join_owners(const ProcHost& host, const DescriptorWalk& found,
                      std::span<const std::uint32_t> inodes);

// Makes the processes that have ended the owners of the sockets for which no other holder was
// found. To be called once all walks are merged.
OwnerWalk attribute_to_ended(OwnerWalk walk);

}  // namespace netmon
