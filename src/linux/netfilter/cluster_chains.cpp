#include "linux/netfilter/cluster_chains.h"

#include <algorithm>
#include <array>

namespace netmon {
namespace {

using namespace std::string_view_literals;

// The beginnings of the names of service chains. A chain chooses among all endpoints of a service,
// or among those on this node.
constexpr std::array kServices{"KUBE-SVC-"sv, "KUBE-SVL-"sv};
constexpr std::array kServicesOfNft{"service-"sv, "local-"sv};

}  // namespace

ProxyChain proxy_chain(const NftTable& table, std::string_view name) {
  const bool own_table = table.second == "kube-proxy";
  const auto begins = [&](std::string_view start) { return name.starts_with(start); };
  if (std::ranges::any_of(own_table ? kServicesOfNft : kServices, begins)) {
    return ProxyChain::service;
  }
  return begins(own_table ? "endpoint-" : "KUBE-SEP-") ? ProxyChain::endpoint : ProxyChain::none;
}

}  // namespace netmon
