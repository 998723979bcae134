// The owner walk over eBPF: what the BPF layer offers.
#pragma once

#include <string>

#include "netmon/descriptor_walk.h"

namespace netmon {

// Loads the very program that walk_descriptors() uses, once in a process: a probe of anything else
// tells little. Empty where it works, else one line that says why it does not ("Operation not
// permitted (needs CAP_BPF and CAP_PERFMON)", "built without BPF").
std::string why_no_bpf();

// iter/task_file over all tasks that netmon's pid namespace shows. Throws Error, its subject
// "bpf", where the kernel refuses. See docs/ARCHITECTURE.md.
DescriptorWalk walk_descriptors();

}  // namespace netmon
