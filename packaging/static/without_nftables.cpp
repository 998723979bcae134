// Replaces the reader of filters in the statically linked program where the archive of libnftnl or
// libmnl is missing: the rules of nf_tables and iptables are not read, and each snapshot says so.
// It is linked before the archives of the layers, so that src/linux/netfilter is not linked from
// them.
#include "linux/netfilter/filters.h"
#include "linux/netfilter/iptables.h"

namespace netmon {

void read_filters(ReachRead& reach, const ReachSources& sources, int proc_net) {
  if (sources.nftables != ModuleState::not_loaded) {
    reach.failures.push_back(
        {GapCode::filters_not_read,
         "nftables: this netmon was built without libnftnl, which is needed to read the rules"});
  }
  for (const IptablesTable& table : read_iptables(proc_net).tables) {
    reach.failures.push_back(
        {GapCode::iptables_not_read,
         "table " + table.name +
             ": this netmon was built without libnftnl, which is needed to read it"});
  }
}

}  // namespace netmon
