// Reads the tables of the older arptables in the calling thread's network namespace, over the
// kernel's own interface (linux/netfilter_arp/arp_tables.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "linux/reach/reach.h"

namespace netmon {

// The content of a table, as the kernel counts it.
struct ArptablesCount {
  std::uint32_t hooks = 0;            // built-in chains, each with a policy
  std::uint32_t entries = 0;          // rules, policies and the end of the table
  std::vector<std::size_t> policies;  // offsets at which the policies begin
};

// "2 rules, sha256 …": the number of rules and a digest of the entries without their counters. ""
// where no rule and no policy decides anything. Absent where the entries are malformed.
std::optional<std::string> arptables_text(const ArptablesCount& count,
                                          std::vector<std::byte> entries);

struct ArptablesRead {
  std::vector<std::pair<std::string, std::string>> tables;  // "arp filter", and its text
  std::vector<ReachFailure> failures;
};

// Only tables that exist already are read, because a request for another would make the kernel
// create it. `proc_net` is a descriptor of /proc/thread-self/net.
ArptablesRead read_arptables(int proc_net);

}  // namespace netmon
