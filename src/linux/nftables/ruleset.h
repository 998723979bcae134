// The rule set of nf_tables as the kernel has it in the calling thread's namespace, by libnftnl.
#pragma once

#include <libnftnl/rule.h>
#include <linux/netlink.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace netmon {

// The most that is read of a namespace; what has more is a gap.
inline constexpr std::size_t kMaxNftObjects = 200'000;

// Which of several families (NFPROTO_INET, …), and the table's name.
using NftTable = std::pair<std::uint32_t, std::string>;

struct NftChain {
  NftTable table;
  std::string name;
  // A base chain has these; they are "" and absent for others.
  std::string type;
  std::optional<std::uint32_t> hook;
  std::int32_t priority = 0;
  bool drops = false;  // by its policy
  std::string device;
};

struct NftElement {
  std::string key;      // bytes
  std::string key_end;  // bytes; of a concatenation with ranges, else ""
  std::string data;     // bytes; of a map
  std::string chain;    // of a verdict map that jumps
  std::int32_t verdict = 0;
  bool has_verdict = false;
  bool interval_end = false;
  bool catch_all = false;
  bool timed = false;
};

struct NftSet {
  NftTable table;
  std::string name;
  std::uint32_t flags = 0;
  std::vector<NftElement> elements;  // sorted by key
};

struct NftFlowtable {
  NftTable table;
  std::string name;
  std::int32_t priority = 0;
  std::vector<std::string> devices;  // sorted
};

struct FreeNftRule {
  void operator()(nftnl_rule* rule) const { nftnl_rule_free(rule); }
};

struct NftRule {
  NftTable table;
  std::string chain;
  std::unique_ptr<nftnl_rule, FreeNftRule> rule;
};

struct NftRuleset {
  std::vector<NftTable> dormant;  // tables whose chains are not hooked in
  std::vector<NftChain> chains;
  std::vector<NftFlowtable> flowtables;
  std::map<std::pair<NftTable, std::string>, NftSet> sets;
  std::vector<NftRule> rules;  // of each chain in their order
  // The names of the sets of ipset(8) that rules ask, by the kernel's number, where they are known.
  std::map<std::uint16_t, std::string> ipset_names;
  bool older_iptables_alone = false;  // nf_tables has nothing here
  // Tables whose rules are not taken apart: "arp filter", and their digest.
  std::vector<std::pair<std::string, std::string>> whole_tables;

  [[nodiscard]] const NftSet* find_set(const NftTable& table, const std::string& name) const {
    const auto set = sets.find({table, name});
    return set == sets.end() ? nullptr : &set->second;
  }
};

struct NftRead {
  NftRuleset ruleset;
  int error = 0;           // errno; EOVERFLOW where there is more than is read
  bool not_there = false;  // the kernel says that it has no nf_tables; `error` says how
  bool all_known = true;   // libnftnl knew the form of all that the kernel sent
};

NftRead read_nft_ruleset();

// A message NFT_MSG_NEWFLOWTABLE of the kernel; absent where it is none.
std::optional<NftFlowtable> parse_flowtable(const nlmsghdr& message);

// "ip", "ip6", "inet", "bridge", "netdev", "arp".
std::string family_name(std::uint32_t family);

}  // namespace netmon
