// Which sources of rules may be queried, according to the folders of a host.
#include "linux/reach/reach.h"

#include <doctest/doctest.h>

#include "linux/temporary.h"

namespace netmon {
namespace {

struct HostFolders : TemporaryFolder {
  HostFolders() {
    file("proc/sys/kernel/osrelease", "6.1.0\n");
    file("proc/modules");
    folder("sys/module");
    file("lib/modules/6.1.0/modules.builtin", "kernel/net/netfilter/nfnetlink.ko\n");
  }
  [[nodiscard]] ReachSources sources() const { return choose_reach_sources(path(), "6.1.0"); }
};

}  // namespace

TEST_CASE("nf_tables is asked where it is loaded, and has no rules where it is not") {
  const HostFolders host;
  CHECK(host.sources().nftables == ModuleState::not_loaded);
  host.folder("sys/module/nf_tables");
  CHECK(host.sources().nftables == ModuleState::there);
}

TEST_CASE("whether nf_tables is built in is not known without the list of what is") {
  const HostFolders host;
  std::filesystem::remove(host.path() + "/lib/modules/6.1.0/modules.builtin");
  CHECK(host.sources().nftables == ModuleState::not_known);
  std::filesystem::remove(host.path() + "/proc/modules");
  CHECK(host.sources().nftables == ModuleState::no_modules);
}

TEST_CASE("what is loaded is not known without a file system that tells") {
  const HostFolders host;
  std::filesystem::remove(host.path() + "/sys/module");
  CHECK(host.sources().nftables == ModuleState::not_known);
}

TEST_CASE("the older tables are asked where the kernel names them") {
  for (const char* const name : {"ip_tables_names", "ip6_tables_names", "arp_tables_names"}) {
    CAPTURE(name);
    const HostFolders host;
    CHECK_FALSE(host.sources().iptables);
    host.file(std::string("proc/net/") + name);
    CHECK(host.sources().iptables);
  }
}

TEST_CASE("the older ebtables is in use where one of its modules is loaded") {
  for (const char* const module : {"ebtable_filter", "ebtable_nat", "ebtable_broute"}) {
    CAPTURE(module);
    const HostFolders host;
    CHECK_FALSE(host.sources().older_ebtables);
    host.folder(std::string("sys/module/") + module);
    CHECK(host.sources().older_ebtables);
  }
}

}  // namespace netmon
