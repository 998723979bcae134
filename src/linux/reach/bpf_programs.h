// BPF programs that are attached to the calling thread's network namespace, by bpf(2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linux/reach/reach.h"

namespace netmon {

struct AttachedProgram {
  std::string hook;
  std::uint32_t id = 0;
};

// "steer 0123456789abcdef": name and tag, which is a digest of its instructions. An id is never
// the same after a restart, and stands for nothing: where it may not be looked at, "(not
// readable)".
std::string describe_program(std::uint32_t id);

// The programs that an interface of the calling thread's namespace has by links (tcx), or as a
// netkit device, whose programs decide over all that it carries.
std::vector<AttachedProgram> interface_programs(std::uint32_t index, bool is_netkit);

// Reads the programs on hooks of netfilter, of all namespaces: the kernel does not say of which.
void read_netfilter_programs(ReachRead& reach);

// Reads the programs that decide what becomes of what arrives: sk_lookup, and flow_dissector.
void read_namespace_programs(ReachRead& reach);

}  // namespace netmon
