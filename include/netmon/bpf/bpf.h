// The owner walk over eBPF: the interface of the BPF layer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netmon/core/model/descriptor_walk.h"

namespace netmon {

// Loads the same program that walk_descriptors() uses, once per process, because a probe of
// anything else would prove little. Returns "" where it loads, else one line that says why it does
// not ("Operation not permitted (needs CAP_BPF and CAP_PERFMON)", "built without BPF").
std::string why_no_bpf();

// Runs iter/task_file over all tasks that netmon's pid namespace shows; see docs/ARCHITECTURE.md.
// Throws Error with the subject "bpf" where the kernel refuses.
DescriptorWalk walk_descriptors();

// The cookies of the kernel's own TCP and UDP sockets in the calling thread's network namespace:
// sockets that no file refers to, or that the kernel made for itself (iter/tcp, iter/udp). A socket
// gets its cookie when one is first requested, for example by a dump of sock_diag(7). Loads a
// program of its own, once per process. Throws like walk_descriptors().
std::vector<std::uint64_t> list_kernel_sockets();

}  // namespace netmon
