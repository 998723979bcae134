// The owner walk over eBPF: what the BPF layer offers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netmon/core/model/descriptor_walk.h"

namespace netmon {

// Loads the very program that walk_descriptors() uses, once in a process: a probe of anything else
// tells little. Empty where it works, else one line that says why it does not ("Operation not
// permitted (needs CAP_BPF and CAP_PERFMON)", "built without BPF").
std::string why_no_bpf();

// iter/task_file over all tasks that netmon's pid namespace shows. Throws Error, its subject
// "bpf", where the kernel refuses. See docs/ARCHITECTURE.md.
DescriptorWalk walk_descriptors();

// The cookies of the TCP and UDP sockets in the calling thread's network namespace that are the
// kernel's own: no file refers to them, or the kernel made them for itself (iter/tcp, iter/udp). A
// socket has a cookie once somebody asked for it, as a dump of sock_diag(7) does. Loads a program
// of its own, once in a process. Throws as walk_descriptors().
std::vector<std::uint64_t> list_kernel_sockets();

}  // namespace netmon
