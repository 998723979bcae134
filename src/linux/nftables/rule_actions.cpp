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

const Held* RuleReader::held_by(const nftnl_expr* e, std::uint16_t attribute) {
  if (attribute == 0 || !nftnl_expr_is_set(e, attribute)) return nullptr;
  return &at(nftnl_expr_get_u32(e, attribute));
}

std::string RuleReader::bytes_in(const nftnl_expr* e, std::uint16_t attribute) {
  const Held* const held = held_by(e, attribute);
  return held == nullptr ? std::string() : held->bytes;
}

std::string RuleReader::target_in(const nftnl_expr* e, const TargetRegisters& registers) {
  return target_of(bytes_in(e, registers.address), bytes_in(e, registers.last_address),
                   bytes_in(e, registers.port), bytes_in(e, registers.last_port));
}

// The target that an element of a map leads to. Its data are an address, the two ends of a range of
// addresses, a port, or an address and a port. `address` and `port` are what the rule itself says,
// for what the map leaves out.
std::string RuleReader::target_of_element(const NftElement& element, const std::string& address,
                                          const std::string& port, bool by_address,
                                          bool by_port) const {
  const std::string& data = element.data;
  if (!by_address) return target_of(address, "", data.substr(0, 2), "");
  const std::size_t size = family_ == Family::ipv6 ? 16 : 4;
  const std::string rest = data.substr(std::min(size, data.size()));
  const bool is_range = !by_port && rest.size() >= size;
  return target_of(data.substr(0, size), is_range ? rest.substr(0, size) : "",
                   by_port && rest.size() >= 2 ? rest.substr(0, 2) : port, "");
}

// Adds a forward for each element of the map that gives the target. Returns false where no map
// does.
bool RuleReader::forward_by_map(const nftnl_expr* e, const TargetRegisters& registers) {
  const Held* const address = held_by(e, registers.address);
  const Held* const port = held_by(e, registers.port);
  const bool by_address = address != nullptr && address->map != nullptr;
  // A map of addresses and ports fills consecutive registers, of which only the first names the
  // map.
  const bool own_port = port != nullptr && (port->map != nullptr || port->is_value);
  const bool by_port = port != nullptr && !port->is_value && (by_address || port->map != nullptr);
  if (!by_address && !(own_port && by_port)) return false;
  const NftSet& map = by_address ? *address->map : *port->map;
  const std::string fixed_address = address == nullptr ? "" : address->bytes;
  const std::string fixed_port = port == nullptr ? "" : port->bytes;
  for_each_interval(map, [&](const NftElement& element, const std::string& last) {
    const std::string target =
        target_of_element(element, fixed_address, fixed_port, by_address, by_port);
    view_.forwards.push_back({conditions_of(map_parts_, element, last), target});
  });
  return true;
}

void RuleReader::read_nat(const nftnl_expr* e) {
  constexpr TargetRegisters kRegisters{NFTNL_EXPR_NAT_REG_ADDR_MIN, NFTNL_EXPR_NAT_REG_ADDR_MAX,
                                       NFTNL_EXPR_NAT_REG_PROTO_MIN, NFTNL_EXPR_NAT_REG_PROTO_MAX};
  const bool destination = nftnl_expr_get_u32(e, NFTNL_EXPR_NAT_TYPE) == NFT_NAT_DNAT;
  view_.translates = true;
  put_target(destination ? "dnat to" : "snat to", e, kRegisters);
  if (!destination) return;
  if (!forward_by_map(e, kRegisters)) add_forward(target_in(e, kRegisters));
}

// Writes the verb, followed by the maps that give the target and by the target that the rule itself
// gives.
void RuleReader::put_target(const std::string& verb, const nftnl_expr* e,
                            const TargetRegisters& registers) {
  std::string text = verb;
  for (const std::uint16_t attribute : {registers.address, registers.port}) {
    const Held* const held = held_by(e, attribute);
    if (held != nullptr && held->map != nullptr) text += " " + held->text;
  }
  const std::string target = target_in(e, registers);
  if (!target.empty()) text += " " + target;
  put(text);
}

void RuleReader::read_redirect(const nftnl_expr* e) {
  constexpr TargetRegisters kRegisters{0, 0, NFTNL_EXPR_REDIR_REG_PROTO_MIN,
                                       NFTNL_EXPR_REDIR_REG_PROTO_MAX};
  const std::string target = target_in(e, kRegisters);
  const bool names_port = held_by(e, kRegisters.port) != nullptr;
  put_target(names_port ? "redirect to" : "redirect", e, kRegisters);
  view_.translates = true;
  if (!forward_by_map(e, kRegisters)) add_forward(target.empty() ? "this host" : target);
}

void RuleReader::read_tproxy(const nftnl_expr* e) {
  constexpr TargetRegisters kRegisters{NFTNL_EXPR_TPROXY_REG_ADDR, 0, NFTNL_EXPR_TPROXY_REG_PORT,
                                       0};
  put_target("tproxy to", e, kRegisters);
  view_.translates = true;
  if (!forward_by_map(e, kRegisters)) add_forward(target_in(e, kRegisters));
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
