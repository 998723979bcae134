#include <doctest/doctest.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include <array>
#include <cstring>
#include <optional>
#include <string>

#include "linux/netfilter/iptables_ruleset.h"
#include "linux/nftables/rule.h"

namespace netmon {
namespace {

template <typename T>
std::string raw(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

// A match or a target: a head with its name, and its data.
std::string extension(const char* name, const std::string& data) {
  xt_entry_target head{};
  head.u.user.target_size = static_cast<std::uint16_t>(sizeof head + data.size());
  std::strncpy(head.u.user.name, name, sizeof head.u.user.name - 1);
  return raw(head) + data;
}

std::string verdict(std::int32_t number) {
  return extension("", raw(number) + std::string(4, '\0'));
}

std::string entry(const std::string& target, std::uint64_t packets = 0,
                  std::optional<std::uint8_t> protocol = std::nullopt) {
  ipt_entry head{};
  head.ip.proto = protocol.value_or(0);
  head.target_offset = sizeof head;
  head.next_offset = static_cast<std::uint16_t>(sizeof head + target.size());
  head.counters.pcnt = packets;
  return raw(head) + target;
}

std::string named(const char* name) {
  std::string text(XT_FUNCTION_MAXNAMELEN, '\0');
  text.replace(0, std::strlen(name), name);
  return entry(extension("ERROR", text + std::string(2, '\0')));
}

constexpr std::int32_t kDrop = -NF_DROP - 1, kAccept = -NF_ACCEPT - 1, kReturn = -NF_REPEAT - 1;

// The table "nat" with only PREROUTING, which jumps to a chain that translates to 10.0.0.5:80.
IptablesTable nat_table(std::uint64_t packets = 0) {
  nf_nat_ipv4_multi_range_compat range{};
  range.rangesize = 1;
  range.range[0].flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED;
  constexpr std::array<unsigned char, 4> kAddress{10, 0, 0, 5};
  std::memcpy(&range.range[0].min_ip, kAddress.data(), kAddress.size());
  range.range[0].max_ip = range.range[0].min_ip;
  range.range[0].min.all = range.range[0].max.all = static_cast<std::uint16_t>(80U << 8U);
  const std::string policy = entry(verdict(kAccept), packets);
  const std::string head = named("services");
  const std::size_t jump_size = entry(verdict(0)).size();
  const auto begin = static_cast<std::int32_t>(jump_size + policy.size() + head.size());
  const std::string bytes = entry(verdict(begin), packets, 6) + policy + head +
                            entry(extension("DNAT", raw(range)), packets) +
                            entry(verdict(kReturn)) + named("ERROR");
  IptablesTable table{.name = "nat", .valid_hooks = 1U << NF_INET_PRE_ROUTING};
  const auto* const begin_bytes = reinterpret_cast<const std::byte*>(bytes.data());
  table.entries.assign(begin_bytes, begin_bytes + bytes.size());
  return table;
}

}  // namespace

TEST_CASE("a table of the older iptables reads as chains and rules") {
  NftRuleset ruleset;
  REQUIRE(add_iptables_table(nat_table(), ruleset));
  REQUIRE(ruleset.chains.size() == 1);
  CHECK(ruleset.chains[0].name == "PREROUTING");
  CHECK(ruleset.chains[0].type == "nat");
  CHECK(ruleset.chains[0].priority == -100);
  CHECK_FALSE(ruleset.chains[0].drops);
  REQUIRE(ruleset.rules.size() == 2);
  CHECK(view_of(ruleset.rules[0], ruleset).text == "meta l4proto tcp jump services");
  CHECK(ruleset.rules[1].chain == "services");
  const NftRuleView view = view_of(ruleset.rules[1], ruleset);
  CHECK(view.text == "dnat to 10.0.0.5:80");
  REQUIRE(view.forwards.size() == 1);
  CHECK(view.forwards[0].target == "10.0.0.5:80");
}

TEST_CASE("a chain of the older iptables that decides nothing is none") {
  IptablesTable table{.name = "filter", .valid_hooks = 1U << NF_INET_LOCAL_IN};
  const auto with_policy = [&](std::int32_t policy) {
    const std::string bytes = entry(verdict(policy)) + named("ERROR");
    const auto* const begin = reinterpret_cast<const std::byte*>(bytes.data());
    table.entries.assign(begin, begin + bytes.size());
    NftRuleset ruleset;
    REQUIRE(add_iptables_table(table, ruleset));
    return ruleset;
  };
  CHECK(with_policy(kAccept).chains.empty());
  REQUIRE(with_policy(kDrop).chains.size() == 1);
  CHECK(with_policy(kDrop).chains[0].drops);
}

TEST_CASE("a table of iptables whose lengths lie is none") {
  NftRuleset ruleset;
  for (std::size_t size = 1; size < nat_table().entries.size(); ++size) {
    IptablesTable table = nat_table();
    table.entries.resize(size);
    // A table that is cut between two entries may still be valid, with fewer chains.
    const bool read = add_iptables_table(table, ruleset);
    CHECK((!read || size % 8 == 0));
  }
  IptablesTable table = nat_table();
  ipt_entry head{};
  std::memcpy(&head, table.entries.data(), sizeof head);
  head.target_offset = static_cast<std::uint16_t>(head.next_offset + 8);
  std::memcpy(table.entries.data(), &head, sizeof head);
  CHECK_FALSE(add_iptables_table(table, ruleset));
}

TEST_CASE("a jump of iptables to where no chain begins is refused") {
  IptablesTable table = nat_table();
  const std::int32_t nowhere = 4;
  std::memcpy(table.entries.data() + sizeof(ipt_entry) + sizeof(xt_entry_target), &nowhere,
              sizeof nowhere);
  NftRuleset ruleset;
  CHECK_FALSE(add_iptables_table(table, ruleset));
  CHECK(ruleset.rules.empty());
}

}  // namespace netmon
