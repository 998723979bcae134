// Built in place of walk.cpp where the BPF program cannot be built (NETMON_WITH_BPF).
#include "netmon/bpf/bpf.h"
#include "netmon/core/values/error.h"

namespace netmon {

std::string why_no_bpf() { return "built without BPF"; }

DescriptorWalk walk_descriptors() { throw Error("bpf", why_no_bpf()); }

std::vector<std::uint64_t> list_kernel_sockets() { throw Error("bpf", why_no_bpf()); }

}  // namespace netmon
