#include "linux/netfilter/filter_facts.h"

#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <set>
#include <tuple>

#include "linux/netfilter/cluster_chains.h"
#include "linux/netfilter/ipset.h"
#include "linux/nftables/rule.h"
#include "linux/nftables/ruleset.h"
#include "linux/nftables/value.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/sha256.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

using ChainKey = std::pair<NftTable, std::string>;

constexpr std::size_t kMaxJumps = 16;        // nested jumps of one packet: NFT_JUMP_STACK_SIZE
constexpr std::size_t kMaxSetLines = 1'000;  // elements; a larger set is shown as its digest
constexpr std::size_t kMaxSteps = 100'000;   // rules that are visited to find forwards

std::string name_of(const NftTable& table, const std::string& of) {
  return fmt::format("{} {} {}", family_name(table.first), table.second, of);
}

std::string hook_text(const NftChain& chain) {
  constexpr std::array kHooks{"prerouting"sv, "input"sv,       "forward"sv,
                              "output"sv,     "postrouting"sv, "ingress"sv};
  const std::uint32_t hook = chain.hook.value_or(0);
  if (chain.table.first == NFPROTO_NETDEV) return hook == 0 ? "ingress" : "egress";
  return hook < kHooks.size() ? std::string(kHooks.at(hook)) : fmt::format("{}", hook);
}

// The text of Forward::service once a packet has entered `chain`: the name of the service's chain,
// followed by that of the endpoint's chain. `service` is the text up to then.
std::string service_at(std::string service, const ChainKey& chain) {
  switch (proxy_chain(chain.first, chain.second)) {
    case ProxyChain::service:
      return chain.second;
    case ProxyChain::endpoint:
      return service.empty() ? service : service + " " + chain.second;
    case ProxyChain::none:
      return service;
  }
  no_such_enumerator();
}

class Filters {
 public:
  Filters(NftRuleset& ruleset, ReachRead& reach) : ruleset_(ruleset), reach_(reach) {
    view_rules();
    if (!asked_ipsets_.empty()) {
      read_asked_ipsets(ruleset);
      view_rules();  // now with the names of the sets
    }
    for (const NftChain& chain : ruleset.chains) {
      if (chain.hook) walk_base(chain);
    }
  }

  void write() {
    write_policies();
    write_flowtables();
    write_rules();
    for (const auto& [name, text] : ruleset_.whole_tables) add(ReachKind::rule, name, text);
    write_sets();
    write_digest();
    if (cut_) {
      reach_.failures.push_back(
          {GapCode::filters_not_read,
           fmt::format("nftables: more than {} rules and elements", kMaxReachFacts)});
    }
  }

 private:
  [[nodiscard]] bool is_dormant(const NftTable& table) const {
    return std::ranges::find(ruleset_.dormant, table) != ruleset_.dormant.end();
  }

  void view_rules() {
    chains_.clear();
    for (const NftRule& rule : ruleset_.rules) {
      NftRuleView view = view_of(rule, ruleset_);
      for (const IpsetUse& use : view.ipsets) asked_ipsets_.insert(use.index);
      chains_[{rule.table, rule.chain}].push_back(std::move(view));
    }
  }

  void read_asked_ipsets(NftRuleset& ruleset) {
    IpsetRead read = read_ipsets(asked_ipsets_);
    if (read.error != 0) {
      const std::string reason =
          read.error == EOVERFLOW ? fmt::format("ipset: more than {} elements", kMaxIpsetElements)
                                  : "ipset: " + errno_text(read.error);
      reach_.failures.push_back({GapCode::iptables_not_read, reason});
    }
    ruleset.ipset_names = std::move(read.names);
    ipsets_ = std::move(read.sets);
  }

  // Finds the chains that a packet can reach from a base chain, and the forwards on the way.
  void walk_base(const NftChain& chain) {
    if (is_dormant(chain.table)) return;
    const bool nat = chain.type == "nat";
    const bool inbound = chain.hook == NF_INET_PRE_ROUTING || chain.hook == NF_INET_LOCAL_IN;
    const bool own = chain.hook == NF_INET_LOCAL_OUT;
    Conditions when;
    if (own) when.device = "lo";
    const bool wildcard4 = chain.table.first == NFPROTO_IPV4;
    if (wildcard4) when.address = parse_ip_address("0.0.0.0").value();
    if (chain.table.first == NFPROTO_IPV6) when.address = parse_ip_address("::").value();
    walk({chain.table, chain.name}, when, inbound || own, nat, 0);
  }

  void walk(const ChainKey& key, const Conditions& when, bool forwards, bool nat,
            std::size_t depth) {
    if (!nat) filtering_.insert(key);
    if (forwards) inbound_.insert(key);
    const auto rules = chains_.find(key);
    if (rules == chains_.end() || depth > kMaxJumps) return;
    const bool leads_to_endpoint = proxy_chain(key.first, key.second) == ProxyChain::endpoint;
    for (const NftRuleView& rule : rules->second) {
      if (++steps_ > kMaxSteps) {
        cut_ = true;
        return;
      }
      if (forwards) {
        for (const NftForward& forward : rule.forwards) {
          Conditions then = combined(when, forward.when);
          // The proxy forwards only in its endpoint chains. Any other forward is not the proxy's.
          if (!leads_to_endpoint) then.service.clear();
          add_forward(then, forward.target);
        }
      }
      for (const NftJump& jump : rule.jumps) {
        const ChainKey next{key.first, jump.chain};
        Conditions then = combined(when, jump.when);
        then.service = service_at(std::move(then.service), next);
        // A chain that only filters is walked once: the rules that jump to it show the conditions.
        if (!nat && !forwards && filtering_.contains(next)) continue;
        if (!seen_.emplace(next, text_of(then), forwards, nat).second) continue;
        walk(next, then, forwards, nat, depth + 1);
      }
    }
  }

  static std::string text_of(const Conditions& when) {
    return fmt::format("{} {} {} {} {} {} {}", when.protocol ? to_string(*when.protocol) : "",
                       when.other_protocol, to_string(when.ports), to_string(when.address),
                       when.device, when.service, when.rest);
  }

  void add_forward(const Conditions& when, const std::string& target) {
    if (when.other_protocol || when.ports.low > when.ports.high) return;
    if (reach_.forwards.size() >= kMaxForwards) {
      cut_ = true;
      return;
    }
    for (const Protocol protocol : {Protocol::tcp, Protocol::udp}) {
      if (when.protocol.value_or(protocol) != protocol) continue;
      reach_.forwards.push_back(
          {0, protocol, when.address, when.ports, when.device, target, when.rest, when.service});
    }
  }

  void add(ReachKind kind, std::string name, std::string value) {
    if (kind != ReachKind::ban) digest_.add(name + ": " + value + "\n");
    if (facts_++ >= kMaxReachFacts) {
      cut_ = true;
      return;
    }
    reach_.facts.push_back({0, kind, std::move(name), std::move(value)});
    any_ = true;
  }

  // Adds the base chains with their policies. A chain of the type nat is left out unless its policy
  // drops: otherwise it decides only about forwards, which are read from its rules.
  void write_policies() {
    std::vector<std::pair<std::string, std::string>> policies;
    for (const NftChain& chain : ruleset_.chains) {
      if (!chain.hook || (chain.type == "nat" && !chain.drops)) continue;
      std::string value =
          fmt::format("{} hook {}{} priority {}", chain.type, hook_text(chain),
                      chain.device.empty() ? "" : " device " + chain.device, chain.priority);
      if (is_dormant(chain.table)) value += " dormant";
      value += chain.drops ? " policy drop" : " policy accept";
      policies.emplace_back(name_of(chain.table, chain.name), std::move(value));
    }
    std::ranges::sort(policies);
    for (auto& [name, value] : policies) add(ReachKind::policy, name, value);
  }

  // Flowtables are facts because packets on their fast path skip the other hooks.
  void write_flowtables() {
    for (const NftFlowtable& flowtable : ruleset_.flowtables) {
      add(ReachKind::rule, name_of(flowtable.table, "flowtable " + flowtable.name),
          fmt::format("hook ingress priority {} devices {{ {} }}", flowtable.priority,
                      fmt::join(flowtable.devices, ", ")));
    }
  }

  void write_rules() {
    for (const auto& [key, rules] : chains_) {
      if (!filtering_.contains(key)) {
        write_translating(key, rules);
        continue;
      }
      for (const NftRuleView& rule : rules) {
        const bool ban = rule.one_source && only_bans(rule);
        add(ban ? ReachKind::ban : ReachKind::rule, name_of(key.first, key.second), rule.text);
        note_sets(key.first, rule);
      }
    }
  }

  // Adds the rules of a chain that only translates which drop packets, or which keep a packet from
  // the forwards after them.
  void write_translating(const ChainKey& key, const std::vector<NftRuleView>& rules) {
    for (const NftRuleView& rule : rules) {
      const bool exempts = inbound_.contains(key) && (rule.accepts || rule.returns);
      if (inbound_.contains(key)) note_sets(key.first, rule, SetsOf::conditions);
      if (!rule.drops && !exempts) continue;
      add(ReachKind::rule, name_of(key.first, key.second), rule.text);
      note_sets(key.first, rule);
    }
  }

  struct SetUse {
    std::string types;
    bool only_bans = true;
    bool looked_up = false;  // a rule looks values up in it, and does not only add to it
  };

  // `conditions` leaves out maps, because their targets are already in the forwards.
  enum class SetsOf { all, conditions };

  void note_sets(const NftTable& table, const NftRuleView& rule, SetsOf which = SetsOf::all) {
    for (const IpsetUse& use : rule.ipsets) note_ipset(use, rule);
    for (const auto& [name, types] : rule.sets) {
      const NftSet* const set = ruleset_.find_set(table, name);
      const bool is_map = set != nullptr && (set->flags & NFT_SET_MAP) != 0;
      if (is_map && which == SetsOf::conditions) continue;
      SetUse& use = set_uses_[{table, name}];
      if (types.empty()) continue;
      use.types = types;
      use.looked_up = true;
      use.only_bans = use.only_bans && rule.source_set && only_bans(rule);
    }
  }

  void note_ipset(const IpsetUse& ipset, const NftRuleView& rule) {
    const auto name = ruleset_.ipset_names.find(ipset.index);
    if (name == ruleset_.ipset_names.end()) return;
    SetUse& use = ipset_uses_[name->second];
    if (!ipset.looks_up) return;
    use.looked_up = true;
    use.only_bans = use.only_bans && rule.source_set && only_bans(rule);
  }

  // Passes the use of a list of sets on to its members, because a lookup in a list is one in each
  // of them.
  void note_members() {
    std::vector<std::string> lists;
    for (const auto& [name, use] : ipset_uses_) lists.push_back(name);
    while (!lists.empty()) {
      const std::string list = lists.back();
      lists.pop_back();
      const auto set = ipsets_.find(list);
      if (set == ipsets_.end()) continue;
      const SetUse list_use = ipset_uses_[list];
      for (const std::string& member : set->second.members) {
        SetUse& use = ipset_uses_[member];
        const SetUse before = use;
        use.looked_up = use.looked_up || list_use.looked_up;
        use.only_bans = use.only_bans && list_use.only_bans;
        if (use.looked_up != before.looked_up || use.only_bans != before.only_bans)
          lists.push_back(member);
      }
    }
  }

  void write_ipsets() {
    note_members();
    for (const auto& [name, use] : ipset_uses_) {
      const auto set = ipsets_.find(name);
      if (set == ipsets_.end()) continue;
      std::vector<NftElementText> texts;
      for (const IpsetElement& element : set->second.elements) {
        texts.push_back({element.text, element.timed});
      }
      write_elements("ipset " + name, texts, use);
    }
  }

  // Adds the elements of sets. Elements that come and go by themselves are of the kind `ban`:
  // sources that are turned away, elements that only packets add, and elements with a timeout.
  void write_sets() {
    for (const auto& [key, use] : set_uses_) {
      const NftSet* const set = ruleset_.find_set(key.first, key.second);
      if (set == nullptr) continue;
      write_elements(name_of(key.first, "@" + key.second), element_texts(*set, use.types), use);
    }
    write_ipsets();
  }

  void write_elements(const std::string& name, const std::vector<NftElementText>& texts,
                      const SetUse& use) {
    const bool all_pass = use.only_bans || !use.looked_up;
    if (texts.size() > kMaxSetLines) {
      return write_large_set(name, texts, all_pass ? ReachKind::ban : ReachKind::rule);
    }
    for (const NftElementText& element : texts) {
      // A network or range is not a single source, and so no ban.
      const bool one = element.text.find_first_of("-/") == std::string::npos &&
                       !element.text.starts_with("nomatch ");
      add(element.timed || (all_pass && one) ? ReachKind::ban : ReachKind::rule, name,
          element.text);
    }
  }

  void write_large_set(const std::string& name, const std::vector<NftElementText>& elements,
                       ReachKind kind) {
    Sha256 digest;
    std::size_t timed = 0;
    for (const NftElementText& element : elements) {
      if (element.timed) ++timed;
      if (!element.timed) digest.add(element.text + "\n");
    }
    add(kind, name,
        fmt::format("{} elements, sha256 {}", elements.size() - timed, digest.finish()));
    if (timed > 0) add(ReachKind::ban, name, fmt::format("{} elements that have an end", timed));
  }

  void write_digest() {
    if (!any_) return;
    const std::string name = ruleset_.older_iptables_alone ? "iptables" : "nftables";
    reach_.facts.push_back(
        {0, ReachKind::rule_set, cut_ ? name + " (cut)" : name, digest_.finish()});
  }

  const NftRuleset& ruleset_;
  ReachRead& reach_;
  std::map<ChainKey, std::vector<NftRuleView>> chains_;
  std::set<ChainKey> inbound_;    // chains that packets to this namespace, or its own, reach
  std::set<ChainKey> filtering_;  // chains reached from a base chain that is not of the type nat
  std::set<std::tuple<ChainKey, std::string, bool, bool>> seen_;
  std::map<ChainKey, SetUse> set_uses_;
  std::size_t steps_ = 0;
  std::size_t facts_ = 0;
  bool any_ = false;
  bool cut_ = false;
  std::set<std::uint16_t> asked_ipsets_;
  std::map<std::string, SetUse> ipset_uses_;
  Ipsets ipsets_;
  Sha256 digest_;
};

}  // namespace

void add_filter_facts(NftRuleset& ruleset, ReachRead& reach) { Filters(ruleset, reach).write(); }

}  // namespace netmon
