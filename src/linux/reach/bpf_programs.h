// Reads BPF programs that are attached in the calling thread's network namespace, over bpf(2).
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

// "steer 0123456789abcdef": the program's name and its tag, which is a digest of its instructions.
// "(not readable)" where the program may not be read; its id would not help, because it changes
// with each restart.
std::string describe_program(std::uint32_t id);

// The programs that are attached to an interface of the calling thread's namespace by tcx links, or
// because it is a netkit device, whose programs decide about all its packets.
std::vector<AttachedProgram> interface_programs(std::uint32_t index, bool is_netkit);

// Reads the programs on hooks of netfilter in all namespaces together, because the kernel does not
// say which namespace a link is for.
void read_netfilter_programs(ReachRead& reach);

// Reads the programs of the namespace that decide about arriving packets: sk_lookup and
// flow_dissector.
void read_namespace_programs(ReachRead& reach);

}  // namespace netmon
