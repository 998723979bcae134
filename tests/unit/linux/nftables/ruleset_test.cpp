#include "linux/nftables/ruleset.h"

#include <doctest/doctest.h>
#include <libnftnl/flowtable.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <array>
#include <memory>

namespace netmon {
namespace {

// A message in the form of the kernel, written by libnftnl.
std::vector<char> flowtable_message() {
  std::vector<char> buffer(4096);
  auto* const header = reinterpret_cast<nlmsghdr*>(buffer.data());
  header->nlmsg_len = NLMSG_LENGTH(sizeof(nfgenmsg));
  header->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8U | NFT_MSG_NEWFLOWTABLE;
  reinterpret_cast<nfgenmsg*>(buffer.data() + NLMSG_HDRLEN)->nfgen_family = NFPROTO_INET;
  std::array<const char*, 3> devices{"eth1", "eth0", nullptr};
  const std::unique_ptr<nftnl_flowtable, void (*)(nftnl_flowtable*)> flowtable(
      nftnl_flowtable_alloc(), [](nftnl_flowtable* f) { nftnl_flowtable_free(f); });
  nftnl_flowtable_set_str(flowtable.get(), NFTNL_FLOWTABLE_TABLE, "filter");
  nftnl_flowtable_set_str(flowtable.get(), NFTNL_FLOWTABLE_NAME, "fast");
  nftnl_flowtable_set_u32(flowtable.get(), NFTNL_FLOWTABLE_HOOKNUM, 0);
  nftnl_flowtable_set_s32(flowtable.get(), NFTNL_FLOWTABLE_PRIO, -5);
  nftnl_flowtable_set_array(flowtable.get(), NFTNL_FLOWTABLE_DEVICES, devices.data());
  nftnl_flowtable_nlmsg_build_payload(header, flowtable.get());
  return buffer;
}

}  // namespace

TEST_CASE("a flowtable is named with its interfaces") {
  const std::vector<char> message = flowtable_message();
  const auto found = parse_flowtable(*reinterpret_cast<const nlmsghdr*>(message.data()));
  REQUIRE(found);
  CHECK(found->table == NftTable{NFPROTO_INET, "filter"});
  CHECK(found->name == "fast");
  CHECK(found->priority == -5);
  CHECK(found->devices == std::vector<std::string>{"eth0", "eth1"});
}

}  // namespace netmon
