// The endpoints of a cluster's services: programs that are made anew anywhere in the cluster, to
// which its proxy leads by rules of each node.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/reach/reach_space.h"
#include "netmon/core/values/ip_address.h"

namespace netmon {

// The chains that lead to each target of a forward, as Forward::service has them.
using ChainsOfTargets = std::map<std::string, Values>;

// What BEFORE says of the endpoints of all services.
class ClusterEndpoints {
 public:
  explicit ClusterEndpoints(const SpacePair& pair);

  // Whether a target of AFTER is one more endpoint of a service that BEFORE has at this place: a
  // container of this host, or an address of a private network in which BEFORE has endpoints; at a
  // port that the service had; by a chain of the proxy that does not lead elsewhere than it did.
  // `chains` lead to the target, `old` to those of BEFORE. A target that is not explained by this
  // is one like any.
  [[nodiscard]] bool explain(const std::string& target, const Values& chains,
                             const ChainsOfTargets& old) const;

 private:
  std::vector<IpPrefix> networks_;
  Values contradicted_;  // chains of endpoints that lead elsewhere than in BEFORE
};

}  // namespace netmon
