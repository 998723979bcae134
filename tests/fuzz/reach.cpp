// Reads what decides who can reach a port: rules of nf_tables, tables of iptables as the kernel
// sends them, sets of ipset, services of IPVS, and lists of multicast groups. Input: a byte that
// says which of them, a byte for the family, then the bytes.
#include <libnftnl/chain.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "linux/interfaces/multicast.h"
#include "linux/netfilter/ipset.h"
#include "linux/netfilter/iptables_ruleset.h"
#include "linux/netfilter/ipvs.h"
#include "linux/nftables/message_form.h"
#include "linux/nftables/rule.h"
#include "linux/nftables/rule_reader.h"
#include "linux/nftables/value.h"
#include "support/check.h"

namespace netmon {
namespace {

using fuzz::require;

constexpr std::array<std::uint32_t, 6> kFamilies{NFPROTO_INET, NFPROTO_IPV4,   NFPROTO_IPV6,
                                                 NFPROTO_ARP,  NFPROTO_NETDEV, NFPROTO_BRIDGE};

// A ruleset with a set, a map and a verdict map, to which rules can refer.
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

// Expressions, with those of their attributes that netmon reads. The rule is built from them and
// not parsed, because libnftnl ends the process when an attribute has an unexpected size.
enum class Kind { number, byte, bytes, text };

struct Attribute {
  std::uint16_t type;
  Kind kind;
};

struct Form {
  const char* name;
  std::vector<Attribute> attributes;
};

const std::vector<Form>& forms() {
  using enum Kind;
  static const std::vector<Form> all{
      {"meta", {{NFTNL_EXPR_META_KEY, number}, {NFTNL_EXPR_META_DREG, number}}},
      {"meta", {{NFTNL_EXPR_META_KEY, number}, {NFTNL_EXPR_META_SREG, number}}},
      {"payload",
       {{NFTNL_EXPR_PAYLOAD_DREG, number},
        {NFTNL_EXPR_PAYLOAD_BASE, number},
        {NFTNL_EXPR_PAYLOAD_OFFSET, number},
        {NFTNL_EXPR_PAYLOAD_LEN, number}}},
      {"cmp",
       {{NFTNL_EXPR_CMP_SREG, number}, {NFTNL_EXPR_CMP_OP, number}, {NFTNL_EXPR_CMP_DATA, bytes}}},
      {"range",
       {{NFTNL_EXPR_RANGE_SREG, number},
        {NFTNL_EXPR_RANGE_OP, number},
        {NFTNL_EXPR_RANGE_FROM_DATA, bytes},
        {NFTNL_EXPR_RANGE_TO_DATA, bytes}}},
      {"lookup",
       {{NFTNL_EXPR_LOOKUP_SREG, number},
        {NFTNL_EXPR_LOOKUP_DREG, number},
        {NFTNL_EXPR_LOOKUP_SET, text},
        {NFTNL_EXPR_LOOKUP_FLAGS, number}}},
      {"immediate", {{NFTNL_EXPR_IMM_DREG, number}, {NFTNL_EXPR_IMM_DATA, bytes}}},
      {"nat",
       {{NFTNL_EXPR_NAT_TYPE, number},
        {NFTNL_EXPR_NAT_REG_ADDR_MIN, number},
        {NFTNL_EXPR_NAT_REG_PROTO_MIN, number}}},
      {"ct",
       {{NFTNL_EXPR_CT_DREG, number}, {NFTNL_EXPR_CT_KEY, number}, {NFTNL_EXPR_CT_DIR, byte}}},
      {"match",
       {{NFTNL_EXPR_MT_NAME, text}, {NFTNL_EXPR_MT_REV, number}, {NFTNL_EXPR_MT_INFO, bytes}}},
      {"target",
       {{NFTNL_EXPR_TG_NAME, text}, {NFTNL_EXPR_TG_REV, number}, {NFTNL_EXPR_TG_INFO, bytes}}},
  };
  return all;
}

constexpr std::array kNames{"s", "m", "i", "tcp", "multiport", "conntrack", "addrtype", "DNAT"};

class Input {
 public:
  explicit Input(const std::string& bytes) : bytes_(bytes) {}

  [[nodiscard]] bool empty() const { return next_ >= bytes_.size(); }
  std::uint8_t byte() { return empty() ? 0 : static_cast<std::uint8_t>(bytes_[next_++]); }
  std::string text(std::size_t size) {
    const std::string taken = bytes_.substr(std::min(next_, bytes_.size()), size);
    next_ += size;
    return taken;
  }

 private:
  const std::string& bytes_;
  std::size_t next_ = 0;
};

void set_attribute(nftnl_expr* e, const Attribute& attribute, bool is_extension, Input& input) {
  constexpr std::size_t kRegisterBytes = 64;  // the size of libnftnl's own buffer
  switch (attribute.kind) {
    case Kind::number:
      return nftnl_expr_set_u32(e, attribute.type, input.byte() % 24U);
    case Kind::byte:
      return nftnl_expr_set_u8(e, attribute.type, input.byte());
    case Kind::text:
      return static_cast<void>(
          nftnl_expr_set_str(e, attribute.type, kNames.at(input.byte() % kNames.size())));
    case Kind::bytes:
      break;
  }
  const std::string data = input.text(input.byte() % (is_extension ? 256 : kRegisterBytes));
  if (!is_extension) {
    nftnl_expr_set(e, attribute.type, data.data(), static_cast<std::uint32_t>(data.size()));
    return;
  }
  void* const copy = std::malloc(data.size() + 1);  // the expression frees it
  std::memcpy(copy, data.data(), data.size());
  nftnl_expr_set(e, attribute.type, copy, static_cast<std::uint32_t>(data.size()));
}

void check_rule(std::uint32_t family, const std::string& bytes) {
  NftRule rule;
  rule.table = {family, "t"};
  rule.rule.reset(nftnl_rule_alloc());
  Input input(bytes);
  for (int i = 0; i < 32 && !input.empty(); ++i) {
    const Form& form = forms().at(input.byte() % forms().size());
    nftnl_expr* const e = nftnl_expr_alloc(form.name);
    require(e != nullptr, "libnftnl knows the expression");
    const std::string name = form.name;
    for (const Attribute& attribute : form.attributes) {
      set_attribute(e, attribute, name == "match" || name == "target", input);
    }
    nftnl_rule_add_expr(rule.rule.get(), e);
  }
  const NftRuleset ruleset = ruleset_of(rule.table, bytes);
  const NftRuleView view = view_of(rule, ruleset);
  require(view.text.size() <= kMaxReachText + 64, "a rule's line is bounded");
  require(view.text.find('\n') == std::string::npos, "a rule is one line");
  require(!only_bans(view) || view.drops, "only what drops is a ban");
  for (const NftForward& forward : view.forwards) {
    require(forward.target.find('\n') == std::string::npos, "a target is one line");
    require(forward.when.rest.size() <= kMaxReachText + 64, "a condition is bounded");
  }
}

void check_views(const NftRuleset& ruleset) {
  for (const NftRule& rule : ruleset.rules) {
    const NftRuleView view = view_of(rule, ruleset);
    require(view.text.size() <= kMaxReachText + 64, "a line of iptables is bounded");
    require(view.text.find('\n') == std::string::npos, "a rule of iptables is one line");
  }
}

// The first byte says which hooks are valid, the next ones where their chains begin.
void check_table(const std::string& bytes, TableFamily family) {
  IptablesTable table{.family = family, .name = "nat"};
  table.valid_hooks = bytes.empty() ? 0 : static_cast<unsigned char>(bytes.front()) % 32U;
  for (std::size_t i = 0; i < table.hook_entry.size() && i + 1 < bytes.size(); ++i) {
    table.hook_entry.at(i) = static_cast<unsigned char>(bytes[i + 1]) * 8U;
  }
  const std::string entries = bytes.substr(std::min<std::size_t>(bytes.size(), 6));
  const auto all = std::as_bytes(std::span(entries));
  table.entries.assign(all.begin(), all.end());
  NftRuleset ruleset;
  const bool read = add_iptables_table(table, ruleset);
  require(read || (ruleset.rules.empty() && ruleset.chains.empty()),
          "what is refused adds nothing");
  check_views(ruleset);
}

void check_ipset(const std::string& bytes) {
  std::vector<char> message(sizeof(nlmsghdr) + bytes.size());
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(message.size());
  std::memcpy(message.data(), &header, sizeof header);
  std::memcpy(message.data() + sizeof header, bytes.data(), bytes.size());
  Ipsets sets;
  const std::size_t added = add_ipset(*reinterpret_cast<const nlmsghdr*>(message.data()), sets);
  std::size_t kept = 0;
  for (const auto& [name, set] : sets) {
    kept += set.elements.size();
    for (const IpsetElement& element : set.elements) {
      require(element.text.find('\n') == std::string::npos, "an element is one line");
    }
  }
  require(kept == added, "each element is counted once");
}

template <typename Object>
void parse_with(Object* (*make)(), int (*parse)(const nlmsghdr*, Object*),
                void (*release)(const Object*), const nlmsghdr& message) {
  Object* const object = make();
  parse(&message, object);
  release(object);
}

// libnftnl ends the process at an attribute with an unexpected size, so the property is that the
// call returns.
void check_message(std::uint8_t kind, const std::string& bytes) {
  std::vector<char> data(sizeof(nlmsghdr) + bytes.size());
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(data.size());
  constexpr std::array<std::uint16_t, 5> kTypes{NFT_MSG_NEWRULE, NFT_MSG_NEWSETELEM, NFT_MSG_NEWSET,
                                                NFT_MSG_NEWCHAIN, NFT_MSG_NEWTABLE};
  header.nlmsg_type =
      static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8U | kTypes.at(kind % kTypes.size()));
  std::memcpy(data.data(), &header, sizeof header);
  std::memcpy(data.data() + sizeof header, bytes.data(), bytes.size());
  const auto& message = *reinterpret_cast<const nlmsghdr*>(data.data());
  if (!has_known_form(message)) return;
  switch (kind % kTypes.size()) {
    case 0: {
      NftRule rule{.table = {NFPROTO_IPV4, "t"}};
      rule.rule.reset(nftnl_rule_alloc());
      if (nftnl_rule_nlmsg_parse(&message, rule.rule.get()) < 0) return;
      const NftRuleset ruleset = ruleset_of(rule.table, bytes);
      require(view_of(rule, ruleset).text.find('\n') == std::string::npos, "a rule is one line");
      return;
    }
    case 1:
      return parse_with(nftnl_set_alloc, nftnl_set_elems_nlmsg_parse, nftnl_set_free, message);
    case 2:
      return parse_with(nftnl_set_alloc, nftnl_set_nlmsg_parse, nftnl_set_free, message);
    case 3:
      return parse_with(nftnl_chain_alloc, nftnl_chain_nlmsg_parse, nftnl_chain_free, message);
    default:
      return parse_with(nftnl_table_alloc, nftnl_table_nlmsg_parse, nftnl_table_free, message);
  }
}

void check_ipvs(const std::string& bytes) {
  ReachRead reach;
  parse_ipvs("\n\n\n" + bytes, reach);
  require(reach.forwards.size() <= kMaxForwards, "forwards are bounded");
  for (const ReachFact& fact : reach.facts) require(!fact.name.empty(), "a fact has a name");
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netmon;
  if (size < 2 || size > 8192) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] % 7) {
    case 0:
    case 1:
      check_rule(kFamilies.at(data[1] % kFamilies.size()), bytes);
      break;
    case 2:
      check_table(bytes, data[1] % 2 == 0 ? TableFamily::ipv4 : TableFamily::ipv6);
      break;
    case 3:
      check_ipset(bytes);
      break;
    case 4:
      check_ipvs(bytes);
      break;
    case 6:
      check_message(data[1], bytes);
      break;
    default:
      for (const auto& facts : {parse_igmp(bytes), parse_igmp6(bytes)}) {
        for (const ReachFact& fact : facts) require(!fact.value.empty(), "a group has an address");
      }
  }
  return 0;
}
