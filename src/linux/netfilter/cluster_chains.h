// Recognises the chains that a cluster's proxy (kube-proxy) makes, by iptables or in a table of its
// own of nf_tables.
#pragma once

#include <string_view>

#include "linux/nftables/ruleset.h"

namespace netmon {

enum class ProxyChain {
  none,      // not a chain of the proxy
  service,   // chooses one of a service's endpoints: "KUBE-SVC-…", "service-…"
  endpoint,  // leads to one endpoint; its name has a digest of it: "KUBE-SEP-…", "endpoint-…"
};

ProxyChain proxy_chain(const NftTable& table, std::string_view name);

}  // namespace netmon
