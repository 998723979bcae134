#include "linux/netfilter/iptables_ruleset.h"

#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using Bytes = std::span<const std::byte>;

// The head of a rule, in one form for both families.
struct Head {
  std::string source, source_mask, destination, destination_mask;
  std::string in, out;  // interface names; one that does not end with NUL is a prefix
  std::optional<std::uint8_t> protocol;
  std::string other;  // conditions that are not decoded here, as bytes; "" for none
  std::uint8_t inverted = 0;
  bool is_goto = false;  // the target is a goto instead of a jump
};

struct Extension {
  std::string name;
  std::uint8_t revision = 0;
  std::string info;
};

struct Entry {
  std::size_t offset = 0;
  std::size_t next = 0;
  Head head;
  std::vector<Extension> matches;
  Extension target;
};

template <typename T>
std::string raw(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string text_of(const char* text, std::size_t size) {
  return escape_controls(sanitize(std::string_view(text, ::strnlen(text, size))));
}

// The bytes of the name that its mask selects.
std::string interface_in(const char* name, const unsigned char* mask) {
  std::size_t length = 0;
  while (length < IFNAMSIZ && mask[length] != 0) ++length;
  return {name, length};
}

template <typename Ip>
void take_common(Head& head, const Ip& ip) {
  head.source = raw(ip.src);
  head.source_mask = raw(ip.smsk);
  head.destination = raw(ip.dst);
  head.destination_mask = raw(ip.dmsk);
  head.in = interface_in(ip.iniface, ip.iniface_mask);
  head.out = interface_in(ip.outiface, ip.outiface_mask);
  head.inverted = ip.invflags;
}

// The bits of Head::inverted are those of IPv4, which both families share.
static_assert(IPT_INV_SRCIP == IP6T_INV_SRCIP && IPT_INV_DSTIP == IP6T_INV_DSTIP &&
              IPT_INV_VIA_IN == IP6T_INV_VIA_IN && IPT_INV_VIA_OUT == IP6T_INV_VIA_OUT);

Head head_of(const ipt_entry& entry) {
  Head head;
  take_common(head, entry.ip);
  if (entry.ip.proto != 0) head.protocol = static_cast<std::uint8_t>(entry.ip.proto);
  if ((entry.ip.flags & IPT_F_FRAG) != 0) head.other = raw(entry.ip.invflags);
  head.is_goto = (entry.ip.flags & IPT_F_GOTO) != 0;
  return head;
}

Head head_of(const ip6t_entry& entry) {
  Head head;
  take_common(head, entry.ipv6);
  if ((entry.ipv6.flags & IP6T_F_PROTO) != 0 && entry.ipv6.proto != 0) {
    head.protocol = static_cast<std::uint8_t>(entry.ipv6.proto);
  }
  if ((entry.ipv6.flags & IP6T_F_TOS) != 0) {
    head.other = raw(entry.ipv6.tos) + raw(entry.ipv6.invflags);
  }
  head.is_goto = (entry.ipv6.flags & IP6T_F_GOTO) != 0;
  return head;
}

// Reads a match or a target: a head, which has the size of the whole, and its data.
static_assert(sizeof(xt_entry_match) == sizeof(xt_entry_target));
std::optional<Extension> extension_in(Bytes bytes) {
  xt_entry_match head{};
  if (bytes.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, bytes.data(), sizeof head);
  if (head.u.match_size < sizeof head || head.u.match_size > bytes.size()) return std::nullopt;
  const Bytes data = bytes.subspan(sizeof head, head.u.match_size - sizeof head);
  return Extension{text_of(head.u.user.name, sizeof head.u.user.name),
                   head.u.user.revision,
                   {reinterpret_cast<const char*>(data.data()), data.size()}};
}

template <typename Raw>
std::optional<Entry> entry_at(Bytes table, std::size_t offset) {
  Raw head{};
  const Bytes rest = table.subspan(offset);
  if (rest.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, rest.data(), sizeof head);
  const bool whole = head.target_offset >= sizeof head && head.next_offset > head.target_offset &&
                     head.next_offset <= rest.size();
  if (!whole) return std::nullopt;
  Entry entry{.offset = offset, .next = offset + head.next_offset, .head = head_of(head)};
  Bytes matches = rest.first(head.target_offset).subspan(sizeof head);
  while (!matches.empty()) {
    auto match = extension_in(matches);
    if (!match) return std::nullopt;
    matches = matches.subspan(sizeof(xt_entry_match) + match->info.size());
    entry.matches.push_back(std::move(*match));
  }
  auto target = extension_in(rest.first(head.next_offset).subspan(head.target_offset));
  if (!target) return std::nullopt;
  entry.target = std::move(*target);
  return entry;
}

std::optional<std::vector<Entry>> entries_of(const IptablesTable& table) {
  std::vector<Entry> entries;
  for (std::size_t offset = 0; offset < table.entries.size(); offset = entries.back().next) {
    auto entry = table.family == TableFamily::ipv4 ? entry_at<ipt_entry>(table.entries, offset)
                                                   : entry_at<ip6t_entry>(table.entries, offset);
    if (!entry || entries.size() >= kMaxNftObjects) return std::nullopt;
    entries.push_back(std::move(*entry));
  }
  return entries;
}

// Writes a rule of nf_tables, one expression after the other.
class RuleWriter {
 public:
  explicit RuleWriter(TableFamily family) : family_(family), rule_(nftnl_rule_alloc()) {}

  void put_address(bool source, const std::string& address, const std::string& mask,
                   std::uint32_t op) {
    if (std::ranges::all_of(mask, [](char c) { return c == 0; })) return;
    const bool ipv4 = family_ == TableFamily::ipv4;
    const std::uint32_t offset = ipv4 ? (source ? 12 : 16) : (source ? 8 : 24);
    nftnl_expr* const load = add("payload");
    nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
    nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
    nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
    nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_LEN, static_cast<std::uint32_t>(mask.size()));
    if (std::ranges::any_of(mask, [](char c) { return c != '\xff'; })) put_mask(mask);
    put_comparison(op, address);
  }

  void put_interface(std::uint32_t key, const std::string& name, std::uint32_t op) {
    if (name.empty()) return;
    put_meta(key);
    put_comparison(op, name);
  }

  void put_protocol(std::uint8_t number, std::uint32_t op) {
    put_meta(NFT_META_L4PROTO);
    put_comparison(op, std::string(1, static_cast<char>(number)));
  }

  void put_match(const Extension& match) {
    put_extension("match", match, NFTNL_EXPR_MT_NAME, NFTNL_EXPR_MT_REV, NFTNL_EXPR_MT_INFO);
  }

  void put_target(const Extension& target) {
    put_extension("target", target, NFTNL_EXPR_TG_NAME, NFTNL_EXPR_TG_REV, NFTNL_EXPR_TG_INFO);
  }

  void put_verdict(std::int32_t verdict, const std::string& chain) {
    nftnl_expr* const e = add("immediate");
    nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
    nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, static_cast<std::uint32_t>(verdict));
    if (!chain.empty()) nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain.c_str());
  }

  std::unique_ptr<nftnl_rule, FreeNftRule> finish() && { return std::move(rule_); }

 private:
  nftnl_expr* add(const char* name) {
    nftnl_expr* const e = nftnl_expr_alloc(name);
    nftnl_rule_add_expr(rule_.get(), e);
    return e;
  }

  void put_meta(std::uint32_t key) {
    nftnl_expr* const e = add("meta");
    nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
    nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
  }

  void put_mask(const std::string& mask) {
    const auto size = static_cast<std::uint32_t>(mask.size());
    const std::string zeros(mask.size(), '\0');
    nftnl_expr* const e = add("bitwise");
    nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
    nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
    nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, size);
    nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask.data(), size);
    nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zeros.data(), size);
  }

  void put_comparison(std::uint32_t op, const std::string& data) {
    nftnl_expr* const e = add("cmp");
    nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
    nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
    nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data.data(), static_cast<std::uint32_t>(data.size()));
  }

  void put_extension(const char* kind, const Extension& extension, std::uint16_t name,
                     std::uint16_t revision, std::uint16_t info) {
    nftnl_expr* const e = add(kind);
    nftnl_expr_set_str(e, name, extension.name.c_str());
    nftnl_expr_set_u32(e, revision, extension.revision);
    void* const copy = std::malloc(std::max<std::size_t>(extension.info.size(), 1));
    if (copy == nullptr) throw std::bad_alloc();
    std::ranges::copy(extension.info, static_cast<char*>(copy));
    nftnl_expr_set(e, info, copy, static_cast<std::uint32_t>(extension.info.size()));
    // The expression frees it. NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
  }

  TableFamily family_;
  std::unique_ptr<nftnl_rule, FreeNftRule> rule_;
};

struct Chain {
  std::string name;
  std::optional<std::uint32_t> hook;
  std::size_t first = 0;  // index of its first entry
  std::size_t last = 0;   // index of its policy, or of the return at its end
};

constexpr std::array kHookChains{"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};

// The number in a standard target: negative for a verdict, else the offset of the entry that is
// next.
std::optional<std::int32_t> verdict_in(const Extension& target) {
  std::int32_t verdict = 0;
  if (!target.name.empty() || target.info.size() < sizeof verdict) return std::nullopt;
  std::memcpy(&verdict, target.info.data(), sizeof verdict);
  return verdict;
}

class TableReader {
 public:
  TableReader(const IptablesTable& table, std::vector<Entry> entries)
      : table_(table),
        key_(table.family == TableFamily::ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6,
             escape_controls(sanitize(table.name))),
        entries_(std::move(entries)) {}

  bool run(NftRuleset& ruleset) {
    if (!find_chains()) return false;
    NftRuleset found;
    for (const Chain& chain : chains_) {
      if (!read_chain(chain, found)) return false;
    }
    for (auto& chain : found.chains) ruleset.chains.push_back(std::move(chain));
    for (auto& rule : found.rules) ruleset.rules.push_back(std::move(rule));
    return true;
  }

 private:
  // The chain of a hook begins at the offset that the table gives. Any other chain begins after an
  // entry of the target ERROR that has its name; the last entry of the table has that form too.
  bool find_chains() {
    std::map<std::size_t, std::uint32_t> hooks;
    for (std::uint32_t hook = 0; hook < table_.hook_entry.size(); ++hook) {
      if ((table_.valid_hooks >> hook & 1U) != 0) hooks.emplace(table_.hook_entry.at(hook), hook);
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      const bool named = entry.target.name == "ERROR";
      const auto hook = hooks.find(entry.offset);
      if (named || hook != hooks.end()) {
        if (!chains_.empty()) chains_.back().last = i - 1;
      }
      if (named && i + 1 < entries_.size()) {
        const std::string& name = entry.target.info;
        chains_.push_back({text_of(name.data(), name.size()), std::nullopt, i + 1, i + 1});
      } else if (hook != hooks.end()) {
        chains_.push_back({kHookChains.at(hook->second), hook->second, i, i});
      } else if (chains_.empty()) {
        return false;
      }
    }
    for (const Chain& chain : chains_) {
      if (chain.last < chain.first) return false;
      begins_.emplace(entries_[chain.first].offset, chain.name);
    }
    return true;
  }

  bool read_chain(const Chain& chain, NftRuleset& found) {
    const auto policy = verdict_in(entries_[chain.last].target);
    if (!policy) return false;
    const bool drops = *policy == -NF_DROP - 1;
    // A chain without rules whose policy accepts decides nothing, and each hook has a chain.
    if (chain.hook && (drops || chain.last > chain.first)) {
      found.chains.push_back(base_chain(chain, drops));
    }
    for (std::size_t i = chain.first; i < chain.last; ++i) {
      NftRule rule{.table = key_, .chain = chain.name};
      if (!write_rule(entries_[i], rule)) return false;
      found.rules.push_back(std::move(rule));
    }
    return true;
  }

  [[nodiscard]] NftChain base_chain(const Chain& chain, bool drops) const {
    const std::uint32_t hook = chain.hook.value_or(0);
    NftChain base{.table = key_, .name = chain.name, .hook = hook, .drops = drops};
    const bool nat = table_.name == "nat";
    const bool reroutes = table_.name == "mangle" && hook == NF_INET_LOCAL_OUT;
    base.type = nat ? "nat" : reroutes ? "route" : "filter";
    // These priorities are those of enum nf_ip_hook_priorities.
    if (table_.name == "raw") base.priority = -300;
    if (table_.name == "mangle") base.priority = -150;
    if (table_.name == "security") base.priority = 50;
    if (nat) {
      const bool source = hook == NF_INET_LOCAL_IN || hook == NF_INET_POST_ROUTING;
      base.priority = source ? 100 : -100;
    }
    return base;
  }

  bool write_rule(const Entry& entry, NftRule& rule) const {
    const Head& head = entry.head;
    const auto op = [&](unsigned bit) {
      return static_cast<std::uint32_t>((head.inverted & bit) != 0 ? NFT_CMP_NEQ : NFT_CMP_EQ);
    };
    RuleWriter out(table_.family);
    // The order is that of iptables-nft.
    out.put_interface(NFT_META_IIFNAME, head.in, op(IPT_INV_VIA_IN));
    out.put_interface(NFT_META_OIFNAME, head.out, op(IPT_INV_VIA_OUT));
    out.put_address(true, head.source, head.source_mask, op(IPT_INV_SRCIP));
    out.put_address(false, head.destination, head.destination_mask, op(IPT_INV_DSTIP));
    if (head.protocol) out.put_protocol(*head.protocol, op(IPT_INV_PROTO));
    if (!head.other.empty()) out.put_match({"flags", 0, head.other});
    for (const Extension& match : entry.matches) out.put_match(match);
    if (!write_target(entry, out)) return false;
    rule.rule = std::move(out).finish();
    return true;
  }

  bool write_target(const Entry& entry, RuleWriter& out) const {
    const auto verdict = verdict_in(entry.target);
    if (!verdict) {
      if (entry.target.name.empty()) return false;
      out.put_target(entry.target);
      return true;
    }
    constexpr std::int32_t kReturn = -NF_REPEAT - 1;
    if (*verdict < 0) {
      out.put_verdict(*verdict == kReturn ? NFT_RETURN : -*verdict - 1, "");
      return true;
    }
    const auto offset = static_cast<std::size_t>(*verdict);
    if (offset == entry.next) return true;  // a rule without a target only counts
    const auto chain = begins_.find(offset);
    if (chain == begins_.end()) return false;
    out.put_verdict(entry.head.is_goto ? NFT_GOTO : NFT_JUMP, chain->second);
    return true;
  }

  const IptablesTable& table_;
  NftTable key_;
  std::vector<Entry> entries_;
  std::vector<Chain> chains_;
  std::map<std::size_t, std::string> begins_;  // chains by the offset of their first entry
};

}  // namespace

bool add_iptables_table(const IptablesTable& table, NftRuleset& ruleset) {
  auto entries = entries_of(table);
  return entries && TableReader(table, std::move(*entries)).run(ruleset);
}

}  // namespace netmon
