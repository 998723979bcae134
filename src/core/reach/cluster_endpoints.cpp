#include "core/reach/cluster_endpoints.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace netmon {
namespace {

// A cluster's network for its endpoints is rarely smaller than this for IPv4, and a unique local
// prefix (RFC 4193) never is.
constexpr unsigned kNetworkBits4 = 16;
constexpr unsigned kNetworkBits6 = 48;

std::string_view port_of(std::string_view target) {
  return target.substr(std::min(target.rfind(':'), target.size()));
}

std::string_view host_of(std::string_view target) {
  std::string_view host = target.substr(0, target.size() - port_of(target).size());
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return host;
}

// Turns "KUBE-SVC-WEB KUBE-SEP-1" into "KUBE-SVC-WEB".
Values services_of(const Values& chains) {
  Values services;
  for (const std::string& chain : chains) services.insert(chain.substr(0, chain.find(' ')));
  return services;
}

ChainsOfTargets targets_by_chain(const std::vector<const Forward*>& forwards) {
  ChainsOfTargets targets;
  for (const Forward* forward : forwards) {
    if (forward->service.find(' ') != std::string::npos) {
      targets[forward->service].insert(forward->target);
    }
  }
  return targets;
}

}  // namespace

ClusterEndpoints::ClusterEndpoints(const SpacePair& pair) {
  for (const Forward* forward : pair.before.forwards) {
    const auto address = parse_ip_address(host_of(forward->target));
    if (forward->service.empty() || !address) continue;
    const IpPrefix network{*address,
                           address->family == Family::ipv4 ? kNetworkBits4 : kNetworkBits6};
    const bool known = std::ranges::any_of(
        networks_, [&](const IpPrefix& other) { return other.contains(*address); });
    if (!known) networks_.push_back(network);
  }
  const ChainsOfTargets old = targets_by_chain(pair.before.forwards);
  for (const auto& [chain, targets] : targets_by_chain(pair.after.forwards)) {
    // The name of such a chain is a digest of its target.
    const auto was = old.find(chain);
    if (was != old.end() && was->second != targets) contradicted_.insert(chain);
  }
}

bool ClusterEndpoints::explain(const std::string& target, const Values& chains,
                               const ChainsOfTargets& old) const {
  const bool all_by_service = !chains.contains("") && without(chains, contradicted_) == chains;
  const auto address = parse_ip_address(host_of(target));
  const auto scope = address ? std::nullopt : parse_scope(host_of(target));
  const bool in_network =
      address && reach_of(*address) == Reach::internal &&
      std::ranges::any_of(networks_, [&](const IpPrefix& net) { return net.contains(*address); });
  if (!all_by_service || !(in_network || (scope && is_collective(*scope)))) return false;
  const Values services = services_of(chains);
  return std::ranges::any_of(old, [&](const auto& known) {
    return port_of(known.first) == port_of(target) &&
           without(services, services_of(known.second)).empty();
  });
}

}  // namespace netmon
