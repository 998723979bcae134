// Tables of the older iptables in the calling thread's network namespace, by the kernel's own
// interface (linux/netfilter_ipv4/ip_tables.h).
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
  std::uint32_t valid_hooks = 0;              // a bit for each of enum nf_inet_hooks
  std::array<std::uint32_t, 5> hook_entry{};  // where the chain of each hook begins
  std::vector<std::byte> entries;  // struct ipt_entry or ip6t_entry, one behind the other
};

struct IptablesRead {
  std::vector<IptablesTable> tables;
  std::vector<ReachFailure> failures;
};

// A table that the kernel has not yet is not asked for: it would be made.
// `proc_net` is a descriptor of /proc/thread-self/net.
IptablesRead read_iptables(int proc_net);

}  // namespace netmon
