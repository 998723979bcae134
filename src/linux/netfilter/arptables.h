// Tables of the older arptables in the calling thread's network namespace, by the kernel's own
// interface (linux/netfilter_arp/arp_tables.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "linux/reach/reach.h"

namespace netmon {

// What a table holds, as the kernel counts it.
struct ArptablesCount {
  std::uint32_t hooks = 0;            // chains of the kernel's, each with a policy
  std::uint32_t entries = 0;          // rules, policies and the end of the table
  std::vector<std::size_t> policies;  // where they begin
};

// "2 rules, sha256 …": what the entries say, without what they count; "" where they decide nothing.
// Absent where they are not understood.
std::optional<std::string> arptables_text(const ArptablesCount& count,
                                          std::vector<std::byte> entries);

struct ArptablesRead {
  std::vector<std::pair<std::string, std::string>> tables;  // "arp filter", and its text
  std::vector<ReachFailure> failures;
};

// A table that the kernel has not yet is not asked for: it would be made.
// `proc_net` is a descriptor of /proc/thread-self/net.
ArptablesRead read_arptables(int proc_net);

}  // namespace netmon
