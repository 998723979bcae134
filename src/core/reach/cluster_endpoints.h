// The endpoints of a cluster's services: programs that start anew anywhere in the cluster. The
// cluster's proxy leads to them by rules on each node.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/reach/reach_space.h"
#include "netmon/core/values/ip_address.h"

namespace netmon {

// Maps each target of a forward to the chains that lead to it, as in Forward::service.
using ChainsOfTargets = std::map<std::string, Values>;

// What BEFORE tells about the endpoints of all services.
class ClusterEndpoints {
 public:
  explicit ClusterEndpoints(const SpacePair& pair);

  // Whether a target of AFTER is one more endpoint of a service that BEFORE has at this place. It
  // must be a container of this host, or an address in a private network where BEFORE has
  // endpoints; its port must be one of the service's ports; and the proxy's chains must lead where
  // they led before. `chains` lead to the target, `old` to the targets of BEFORE. Any other target
  // is judged like that of an ordinary forward.
  [[nodiscard]] bool explain(const std::string& target, const Values& chains,
                             const ChainsOfTargets& old) const;

 private:
  std::vector<IpPrefix> networks_;
  Values contradicted_;  // chains of endpoints whose target differs from BEFORE
};

}  // namespace netmon
