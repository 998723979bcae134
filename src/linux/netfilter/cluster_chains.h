// The chains that a cluster's proxy (kube-proxy) makes, by iptables or in a table of nf_tables.
#pragma once

#include <string_view>

#include "linux/nftables/ruleset.h"

namespace netmon {

enum class ProxyChain {
  none,      // a chain of somebody else's
  service,   // chooses one of a service's endpoints: "KUBE-SVC-…", "service-…"
  endpoint,  // leads to one endpoint, of which its name is a digest: "KUBE-SEP-…", "endpoint-…"
};

ProxyChain proxy_chain(const NftTable& table, std::string_view name);

}  // namespace netmon
