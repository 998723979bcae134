// Reads the tables of the older iptables in the calling thread's network namespace, over the
// kernel's own interface (linux/netfilter_ipv4/ip_tables.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "linux/reach/reach.h"

namespace netmon {

enum class TableFamily { ipv4, ipv6 };

struct IptablesTable {
  TableFamily family = TableFamily::ipv4;
  std::string name;                           // "filter", "nat"
  std::uint32_t valid_hooks = 0;              // one bit for each of enum nf_inet_hooks
  std::array<std::uint32_t, 5> hook_entry{};  // offset at which the chain of each hook begins
  std::vector<std::byte> entries;             // a sequence of struct ipt_entry or ip6t_entry
};

struct IptablesRead {
  std::vector<IptablesTable> tables;
  std::vector<ReachFailure> failures;
};

// Only tables that exist already are read, because a request for another would make the kernel
// create it. `proc_net` is a descriptor of /proc/thread-self/net.
IptablesRead read_iptables(int proc_net);

}  // namespace netmon
