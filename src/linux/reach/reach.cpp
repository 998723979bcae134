#include "linux/reach/reach.h"

#include <fcntl.h>
#include <unistd.h>

#include "linux/interfaces/links.h"
#include "linux/interfaces/multicast.h"
#include "linux/netfilter/filters.h"
#include "linux/netfilter/ipvs.h"
#include "linux/procfs/files.h"
#include "linux/reach/bpf_programs.h"

namespace netmon {

// Where the kernel has one of these files, it is in the /proc/net of every namespace, so netmon's
// own tells for all.
ReachSources choose_reach_sources(const std::string& root, const std::string& kernel) {
  const auto has = [&](const char* file) {
    return ::access((root + "/proc/net/" + file).c_str(), F_OK) == 0;
  };
  const auto loaded = [&](const char* module) {
    return ::access((root + "/sys/module/" + module).c_str(), F_OK) == 0;
  };
  return {.nftables = module_state(root, kernel, "nf_tables"),
          .iptables = has("ip_tables_names") || has("ip6_tables_names") || has("arp_tables_names"),
          .ipvs = has("ip_vs"),
          .older_ebtables =
              loaded("ebtable_filter") || loaded("ebtable_nat") || loaded("ebtable_broute")};
}

ReachRead read_reach(const ReachSources& sources) {
  ReachRead reach;
  read_links(reach);
  const OpenResult proc_net = open_directory(AT_FDCWD, "/proc/thread-self/net");
  const int folder = proc_net.fd.get();
  read_multicast_groups(reach, folder);
  read_filters(reach, sources, folder);
  if (sources.ipvs) read_ipvs(reach, folder);
  read_namespace_programs(reach);
  return reach;
}

}  // namespace netmon
