// Recognition of the chains of a cluster's proxy by their names.
#include "linux/netfilter/cluster_chains.h"

#include <doctest/doctest.h>
#include <linux/netfilter.h>

namespace netmon {

TEST_CASE("chains of a cluster's proxy are known by their names, in the tables that it writes") {
  const NftTable iptables{NFPROTO_IPV4, "nat"};
  const NftTable own{NFPROTO_IPV6, "kube-proxy"};
  for (const char* const name : {"KUBE-SVC-ULMVA6XW", "KUBE-SVL-ULMVA6XW"}) {
    CHECK(proxy_chain(iptables, name) == ProxyChain::service);
    CHECK(proxy_chain(own, name) == ProxyChain::none);
  }
  for (const char* const name : {"service-ULMVA6XW-ns1/web/tcp/http", "local-ULMVA6XW-ns1/web"}) {
    CHECK(proxy_chain(own, name) == ProxyChain::service);
    CHECK(proxy_chain(iptables, name) == ProxyChain::none);
  }
  CHECK(proxy_chain(iptables, "KUBE-SEP-5OJB2KTY") == ProxyChain::endpoint);
  CHECK(proxy_chain(own, "endpoint-5OJB2KTY-ns1/web/tcp/http__10.180.0.1/80") ==
        ProxyChain::endpoint);
  for (const char* const name : {"KUBE-SERVICES", "KUBE-EXT-ULMVA6XW", "DOCKER", ""}) {
    CHECK(proxy_chain(iptables, name) == ProxyChain::none);
  }
}

}  // namespace netmon
