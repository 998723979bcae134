// For the program that needs no library of the host, where Debian has no archive of libmnl: the
// filters of nf_tables and iptables are not read, and each snapshot says so. Linked before the
// layers' archives, so that the reader of src/linux/netfilter is not taken from them.
#include "linux/netfilter/filters.h"
#include "linux/netfilter/iptables.h"

namespace netmon {

void read_filters(ReachRead& reach, const ReachSources& sources, int proc_net) {
  if (sources.nftables != ModuleState::not_loaded) {
    reach.failures.push_back({GapCode::filters_not_read,
                              "nftables: this netmon needs no library, and has none to read them"});
  }
  for (const IptablesTable& table : read_iptables(proc_net).tables) {
    reach.failures.push_back({GapCode::iptables_not_read,
                              "table " + table.name + ": this netmon has no library to read it"});
  }
}

}  // namespace netmon
