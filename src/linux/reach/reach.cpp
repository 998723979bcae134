#include "linux/reach/reach.h"

#include "linux/netlink/modules.h"
#include "linux/nftables/filters.h"
#include "linux/reach/bpf_programs.h"
#include "linux/reach/iptables.h"
#include "linux/reach/links.h"
#include "linux/reach/multicast.h"

namespace netmon {

ReachSources choose_reach_sources(const std::string& root, const std::string& kernel) {
  return {.nftables = loads_no_module(root, kernel, "nf_tables") &&
                      loads_no_module(root, kernel, "nfnetlink")};
}

ReachRead read_reach(const ReachSources& sources) {
  ReachRead reach;
  read_links(reach);
  read_multicast_groups(reach);
  if (sources.nftables) read_nft_filters(reach);
  read_iptables(reach);
  read_namespace_programs(reach);
  return reach;
}

}  // namespace netmon
