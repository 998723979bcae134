#include "linux/nftables/rule.h"

#include <doctest/doctest.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/xt_conntrack.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace netmon {
namespace {

// A rule of iptables-nft with one match of an extension, whose bytes are `info`.
NftRule with_match(const char* name, std::uint32_t revision, const std::string& info) {
  NftRule rule;
  rule.table = {NFPROTO_IPV4, "filter"};
  rule.rule.reset(nftnl_rule_alloc());
  nftnl_expr* const match = nftnl_expr_alloc("match");
  nftnl_expr_set_str(match, NFTNL_EXPR_MT_NAME, name);
  nftnl_expr_set_u32(match, NFTNL_EXPR_MT_REV, revision);
  void* const copy = std::malloc(info.size());  // the expression frees it
  std::ranges::copy(info, static_cast<char*>(copy));
  nftnl_expr_set(match, NFTNL_EXPR_MT_INFO, copy, static_cast<std::uint32_t>(info.size()));
  nftnl_rule_add_expr(rule.rule.get(), match);
  return rule;
}

std::string connection_state(std::uint16_t flags, std::uint16_t states) {
  xt_conntrack_mtinfo3 asked{};
  asked.match_flags = flags;
  asked.state_mask = states;
  std::string bytes(sizeof asked, '\0');
  std::memcpy(bytes.data(), &asked, sizeof asked);
  return bytes;
}

}  // namespace

TEST_CASE("a rule that asks a set of ipset names it") {
  // Set number 3, matched in two dimensions: source and destination.
  const std::string info("\3\0\2\2\0\0\0\0", 8);
  const NftRule rule = with_match("set", 4, info);
  NftRuleset ruleset;
  CHECK(view_of(rule, ruleset).text == "match-set (set 3) src,dst");
  ruleset.ipset_names[3] = "bans";
  const NftRuleView view = view_of(rule, ruleset);
  CHECK(view.text == "match-set bans src,dst");
  REQUIRE(view.ipsets.size() == 1);
  CHECK(view.ipsets[0].index == 3);
  CHECK(view.source_set);
  CHECK(view_of(with_match("limit", 0, std::string(32, 'x')), {}).ipsets.empty());
}

TEST_CASE("a line feed in a rule is no end of its line") {
  NftRule rule;
  rule.table = {NFPROTO_IPV4, "filter"};
  rule.rule.reset(nftnl_rule_alloc());
  nftnl_expr* const log = nftnl_expr_alloc("log");
  nftnl_expr_set_str(log, NFTNL_EXPR_LOG_PREFIX, "a\nip filter INPUT: accept");
  nftnl_rule_add_expr(rule.rule.get(), log);
  CHECK(view_of(rule, {}).text == "log prefix \"a\\nip filter INPUT: accept\"");
}

TEST_CASE("states of connections read as nft writes them, and all else by its digest") {
  const auto text = [](std::uint16_t flags, std::uint16_t states) {
    return view_of(with_match("conntrack", 3, connection_state(flags, states)), {}).text;
  };
  CHECK(text(XT_CONNTRACK_STATE, 2 | 4) == "ct state established,related");
  CHECK(text(XT_CONNTRACK_STATE | XT_CONNTRACK_PROTO, 2).starts_with("xt match conntrack "));
  CHECK(text(XT_CONNTRACK_STATE, 64).starts_with("xt match conntrack "));
  CHECK(view_of(with_match("conntrack", 3, "short"), {}).text.starts_with("xt match conntrack "));
}

}  // namespace netmon
