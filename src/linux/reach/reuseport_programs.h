// Adds the BPF programs that choose among sockets that share a port (SO_ATTACH_REUSEPORT_EBPF,
// socket(7)).
#pragma once

#include <cstdint>
#include <span>

#include "linux/netlink/passes.h"
#include "netmon/core/model/descriptor_walk.h"

namespace netmon {

// Adds one fact for each port and program: "sk_reuseport tcp 8080", and the program. A port that
// the kernel chose is not named. Classic BPF programs have no id and are not found. `index` is what
// add_namespaces() returned.
void add_reuseport_programs(Snapshot& snapshot, const DescriptorWalk& walk, const Passes& passes,
                            std::span<const std::uint32_t> index);

}  // namespace netmon
