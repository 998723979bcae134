// What can reach the ports of the calling thread's network namespace, beyond its sockets.
#pragma once

#include <string>
#include <vector>

#include "linux/netlink/modules.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// What was not read, by the gap that it is, and why: "nftables: Operation not permitted".
struct ReachFailure {
  GapCode code = GapCode::filters_not_read;
  std::string reason;
};

// Forward::netns and ReachFact::netns are left 0.
struct ReachRead {
  std::vector<Forward> forwards;
  std::vector<ReachFact> facts;
  std::vector<ReachFailure> failures;
};

// Which sources may be asked without making the kernel load a module.
struct ReachSources {
  ModuleState nftables = ModuleState::not_known;
  bool iptables = false;  // the older one, and the older arptables
  bool ipvs = false;
  // Its tables cannot be read without making those that are not there; its modules are loaded when
  // somebody uses them.
  bool older_ebtables = false;
};

// `root` holds proc, sys and lib/modules ("" on a real host); `kernel` is uname -r.
ReachSources choose_reach_sources(const std::string& root, const std::string& kernel);

// Must be called on a thread that has entered the namespace.
ReachRead read_reach(const ReachSources& sources);

}  // namespace netmon
