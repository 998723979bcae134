// BPF programs that choose among the sockets which share a port, SO_ATTACH_REUSEPORT_EBPF of
// socket(7).
#pragma once

#include <cstdint>
#include <span>

#include "linux/netlink/passes.h"
#include "netmon/core/model/descriptor_walk.h"

namespace netmon {

// One fact a port: "sk_reuseport tcp 8080", and the program. A port that the kernel chose is not
// named. `index` is that of add_namespaces(). Classic programs, which have no id, are none of
// these.
void add_reuseport_programs(Snapshot& snapshot, const DescriptorWalk& walk, const Passes& passes,
                            std::span<const std::uint32_t> index);

}  // namespace netmon
