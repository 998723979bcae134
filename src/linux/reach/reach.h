// Reads what, besides its sockets, decides who can reach the ports of the calling thread's network
// namespace.
#pragma once

#include <string>
#include <vector>

#include "linux/netlink/modules.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Something that was not read, which becomes a gap: its code, and a reason such as "nftables:
// Operation not permitted".
struct ReachFailure {
  GapCode code = GapCode::filters_not_read;
  std::string reason;
};

// The result for one namespace. Forward::netns and ReachFact::netns are 0.
struct ReachRead {
  std::vector<Forward> forwards;
  std::vector<ReachFact> facts;
  std::vector<ReachFailure> failures;
};

// The sources that may be read without making the kernel load a module.
struct ReachSources {
  ModuleState nftables = ModuleState::not_known;
  bool iptables = false;  // the older iptables or arptables
  bool ipvs = false;
  // The tables of the older ebtables are never read, because a request for a table that does not
  // exist would create it. This only says that its modules are loaded, which means that it is in
  // use.
  bool older_ebtables = false;
};

// `root` holds proc, sys and lib/modules ("" on a real host); `kernel` is uname -r.
ReachSources choose_reach_sources(const std::string& root, const std::string& kernel);

// Must be called on a thread that has entered the namespace.
ReachRead read_reach(const ReachSources& sources);

}  // namespace netmon
