// Reads the rule set of nf_tables in the calling thread's network namespace, by means of libnftnl.
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

// Upper bound on the rules and elements that are read in one namespace. More of them are a gap.
inline constexpr std::size_t kMaxNftObjects = 200'000;

// A table: its family (NFPROTO_INET, …) and its name.
using NftTable = std::pair<std::uint32_t, std::string>;

struct NftChain {
  NftTable table;
  std::string name;
  // The members below are set for base chains alone.
  std::string type;
  std::optional<std::uint32_t> hook;
  std::int32_t priority = 0;
  bool drops = false;  // its policy is drop
  std::string device;
};

struct NftElement {
  std::string key;      // bytes
  std::string key_end;  // bytes; set in a concatenation with ranges, else ""
  std::string data;     // bytes; set in a map of values
  std::string chain;    // the chain that a verdict jumps to, else ""
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
  std::vector<NftRule> rules;  // the rules of each chain are in their order
  // The names, where known, of the sets of ipset(8) that rules use, by the kernel's number.
  std::map<std::uint16_t, std::string> ipset_names;
  bool older_iptables_alone = false;  // nf_tables has no chains here
  // Tables whose rules are not parsed: a name such as "arp filter", and a text with their digest.
  std::vector<std::pair<std::string, std::string>> whole_tables;

  [[nodiscard]] const NftSet* find_set(const NftTable& table, const std::string& name) const {
    const auto set = sets.find({table, name});
    return set == sets.end() ? nullptr : &set->second;
  }
};

struct NftRead {
  NftRuleset ruleset;
  int error = 0;           // errno; EOVERFLOW where there are too many rules and elements
  bool not_there = false;  // the kernel has no nf_tables; `error` is its answer
  bool all_known = true;   // libnftnl could parse all that the kernel sent
};

NftRead read_nft_ruleset();

// Parses a message NFT_MSG_NEWFLOWTABLE; absent where it is malformed.
std::optional<NftFlowtable> parse_flowtable(const nlmsghdr& message);

// "ip", "ip6", "inet", "bridge", "netdev", "arp".
std::string family_name(std::uint32_t family);

}  // namespace netmon
