// What decides who can reach a port: rules of nf_tables and tables of iptables as the kernel sends
// them, and the lists of multicast groups. Input: a byte for which, one for the family, the bytes.
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "check.h"
#include "linux/nftables/rule.h"
#include "linux/nftables/value.h"
#include "linux/reach/iptables.h"
#include "linux/reach/multicast.h"

namespace netmon {
namespace {

using fuzz::require;

constexpr std::array<std::uint32_t, 6> kFamilies{NFPROTO_INET, NFPROTO_IPV4,   NFPROTO_IPV6,
                                                 NFPROTO_ARP,  NFPROTO_NETDEV, NFPROTO_BRIDGE};

// A set, a map and a verdict map, by which rules can be answered.
NftRuleset ruleset_of(const NftTable& table, const std::string& bytes) {
  NftRuleset ruleset;
  for (const auto& [name, flags] :
       {std::pair("s", 0U), std::pair("m", static_cast<unsigned>(NFT_SET_MAP)),
        std::pair("i", static_cast<unsigned>(NFT_SET_INTERVAL | NFT_SET_ANONYMOUS))}) {
    NftSet set{table, name, flags, {}};
    for (std::size_t i = 0; i + 8 <= bytes.size() && set.elements.size() < 16; i += 8) {
      NftElement element;
      element.key = bytes.substr(i, 1 + static_cast<unsigned char>(bytes[i]) % 20);
      element.data = bytes.substr(i + 2, static_cast<unsigned char>(bytes[i + 1]) % 20);
      element.has_verdict = (bytes[i + 2] & 1) != 0;
      element.verdict = -static_cast<std::int32_t>(static_cast<unsigned char>(bytes[i + 3]) % 6);
      element.interval_end = (bytes[i + 4] & 1) != 0;
      element.chain = "c";
      set.elements.push_back(std::move(element));
    }
    ruleset.sets.emplace(std::pair(table, std::string(name)), std::move(set));
  }
  return ruleset;
}

// The attributes of a rule, behind the headers that the kernel puts before them.
std::vector<char> message_of(std::uint32_t family, const std::string& attributes) {
  nlmsghdr header{};
  header.nlmsg_len =
      static_cast<std::uint32_t>(sizeof header + sizeof(nfgenmsg) + attributes.size());
  header.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8U | NFT_MSG_NEWRULE;
  const nfgenmsg generic{static_cast<std::uint8_t>(family), NFNETLINK_V0, 0};
  std::vector<char> message(header.nlmsg_len + NLMSG_ALIGNTO);
  std::memcpy(message.data(), &header, sizeof header);
  std::memcpy(message.data() + sizeof header, &generic, sizeof generic);
  std::memcpy(message.data() + sizeof header + sizeof generic, attributes.data(),
              attributes.size());
  return message;
}

void check_rule(std::uint32_t family, const std::string& attributes) {
  const std::vector<char> message = message_of(family, attributes);
  NftRule rule;
  rule.table = {family, "t"};
  rule.rule.reset(nftnl_rule_alloc());
  const auto* const header = reinterpret_cast<const nlmsghdr*>(message.data());
  if (!rule.rule || nftnl_rule_nlmsg_parse(header, rule.rule.get()) < 0) return;
  const NftRuleset ruleset = ruleset_of(rule.table, attributes);
  const NftRuleView view = view_of(rule, ruleset);
  require(view.text.size() <= kMaxReachText + 64, "a rule's line is bounded");
  require(view.text.find('\n') == std::string::npos, "a rule is one line");
  require(!only_bans(view) || view.drops, "only what drops is a ban");
  for (const NftForward& forward : view.forwards) {
    require(forward.target.find('\n') == std::string::npos, "a target is one line");
  }
}

void check_table(const std::string& bytes, TableFamily family) {
  const auto entries = std::as_bytes(std::span(bytes));
  const std::string cleared = without_counters(entries, family);
  require(cleared.empty() || cleared.size() == bytes.size(), "a table keeps its size");
  const auto again = std::as_bytes(std::span(cleared));
  require(without_counters(again, family) == cleared, "what is cleared stays as it is");
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netmon;
  if (size < 2 || size > 8192) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] % 4) {
    case 0:
    case 1:
      check_rule(kFamilies.at(data[1] % kFamilies.size()), bytes);
      break;
    case 2:
      check_table(bytes, data[1] % 2 == 0 ? TableFamily::ipv4 : TableFamily::ipv6);
      break;
    default:
      for (const auto& facts : {parse_igmp(bytes), parse_igmp6(bytes)}) {
        for (const ReachFact& fact : facts) require(!fact.value.empty(), "a group has an address");
      }
  }
  return 0;
}
