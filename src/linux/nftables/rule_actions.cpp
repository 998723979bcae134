#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>

#include <utility>

#include "linux/nftables/rule_reader.h"

namespace netmon {

void RuleReader::read_immediate(const nftnl_expr* e) {
  const std::uint32_t into = nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_DREG);
  if (into == NFT_REG_VERDICT) {
    put_protocol();
    const auto verdict = static_cast<std::int32_t>(nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_VERDICT));
    const std::string chain = expression_text(e, NFTNL_EXPR_IMM_CHAIN);
    put(verdict_text(verdict, chain));
    for (const Conditions& when : all_conditions()) note_verdict(verdict, chain, when);
    return;
  }
  Held held{"value", ValueType::bytes, expression_bytes(e, NFTNL_EXPR_IMM_DATA)};
  held.is_value = true;
  at(into) = std::move(held);
}

void RuleReader::note_verdict(std::int32_t verdict, const std::string& chain,
                              const Conditions& when) {
  if (verdict == NF_DROP) view_.drops = true;
  if (verdict == NF_ACCEPT) view_.accepts = true;
  if (verdict == NFT_RETURN) view_.returns = true;
  if (verdict == NFT_JUMP || verdict == NFT_GOTO) view_.jumps.push_back({when, chain});
}

void RuleReader::add_forward(const std::string& target) {
  for (const Conditions& when : all_conditions()) view_.forwards.push_back({when, target});
  view_.translates = true;
}

std::string RuleReader::bytes_in(const nftnl_expr* e, std::uint16_t attribute) {
  if (!nftnl_expr_is_set(e, attribute)) return {};
  return at(nftnl_expr_get_u32(e, attribute)).bytes;
}

void RuleReader::read_nat(const nftnl_expr* e) {
  const bool destination = nftnl_expr_get_u32(e, NFTNL_EXPR_NAT_TYPE) == NFT_NAT_DNAT;
  view_.translates = true;
  const std::string verb = destination ? "dnat" : "snat";
  if (nftnl_expr_is_set(e, NFTNL_EXPR_NAT_REG_ADDR_MIN)) {
    const std::uint32_t number = nftnl_expr_get_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN);
    const Held& held = at(number);
    if (held.map != nullptr) {
      const bool with_port = nftnl_expr_is_set(e, NFTNL_EXPR_NAT_REG_PROTO_MIN);
      put(fmt::format("{} to {}", verb, held.text));
      if (destination)
        forward_by_map(*held.map, with_port, bytes_in(e, NFTNL_EXPR_NAT_REG_PROTO_MIN));
      return;
    }
  }
  const std::string target = target_of(
      bytes_in(e, NFTNL_EXPR_NAT_REG_ADDR_MIN), bytes_in(e, NFTNL_EXPR_NAT_REG_ADDR_MAX),
      bytes_in(e, NFTNL_EXPR_NAT_REG_PROTO_MIN), bytes_in(e, NFTNL_EXPR_NAT_REG_PROTO_MAX));
  put(fmt::format("{} to {}", verb, target));
  if (destination) add_forward(target);
}

// Each target of a map is one forward; a map that tells them by number serves all alike.
void RuleReader::forward_by_map(const NftSet& map, bool with_port, const std::string& fixed_port) {
  const std::size_t address_bytes = family_ == Family::ipv6 ? 16 : 4;
  for_each_interval(map, [&](const NftElement& element, const std::string& last) {
    if (element.data.size() < address_bytes) return;
    const std::string address = element.data.substr(0, address_bytes);
    std::string port = fixed_port;
    if (with_port && element.data.size() >= address_bytes + 2) {
      port = element.data.substr(address_bytes, 2);
    }
    view_.forwards.push_back(
        {conditions_of(map_parts_, element, last), target_of(address, "", port, "")});
  });
}

void RuleReader::read_redirect(const nftnl_expr* e) {
  const std::string port = bytes_in(e, NFTNL_EXPR_REDIR_REG_PROTO_MIN);
  const std::string last = bytes_in(e, NFTNL_EXPR_REDIR_REG_PROTO_MAX);
  const std::string target = target_of("", "", port, last);
  put(target.empty() ? "redirect" : fmt::format("redirect to {}", target));
  add_forward(target.empty() ? "this host" : target);
}

void RuleReader::read_tproxy(const nftnl_expr* e) {
  const std::string target = target_of(bytes_in(e, NFTNL_EXPR_TPROXY_REG_ADDR), "",
                                       bytes_in(e, NFTNL_EXPR_TPROXY_REG_PORT), "");
  put(fmt::format("tproxy to {}", target));
  add_forward(target);
}

void RuleReader::read_masquerade() {
  put("masquerade");
  view_.translates = true;
}

void RuleReader::read_reject() {
  put("reject");
  view_.drops = true;
}

}  // namespace netmon
