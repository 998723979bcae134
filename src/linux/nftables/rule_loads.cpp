#include <fmt/format.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "linux/nftables/rule_reader.h"

namespace netmon {

using namespace std::string_view_literals;

bool RuleReader::read_meta(const nftnl_expr* e) {
  if (nftnl_expr_is_set(e, NFTNL_EXPR_META_SREG)) return read_meta_set(e);
  const std::uint32_t key = nftnl_expr_get_u32(e, NFTNL_EXPR_META_KEY);
  Held held;
  switch (key) {
    case NFT_META_L4PROTO:
      held = {"meta l4proto", ValueType::protocol};
      break;
    case NFT_META_NFPROTO:
      held = {"meta nfproto", ValueType::nfproto};
      break;
    case NFT_META_IIFNAME:
      held = {"iifname", ValueType::name};
      break;
    case NFT_META_OIFNAME:
      held = {"oifname", ValueType::name};
      break;
    case NFT_META_IIF:
      held = {"iif", ValueType::interface};
      break;
    case NFT_META_OIF:
      held = {"oif", ValueType::interface};
      break;
    case NFT_META_MARK:
      held = {"meta mark", ValueType::host_number};
      break;
    case NFT_META_SKUID:
      held = {"meta skuid", ValueType::host_number};
      break;
    default:
      held = {fmt::format("meta key{}", key), ValueType::bytes};
  }
  at(nftnl_expr_get_u32(e, NFTNL_EXPR_META_DREG)) = std::move(held);
  return true;
}

bool RuleReader::read_meta_set(const nftnl_expr* e) {
  put_protocol();
  const Held& from = at(nftnl_expr_get_u32(e, NFTNL_EXPR_META_SREG));
  const std::uint32_t key = nftnl_expr_get_u32(e, NFTNL_EXPR_META_KEY);
  const std::string value =
      from.is_value ? value_text(from.bytes, ValueType::host_number) : from.text;
  put(fmt::format("meta {} set {}", key == NFT_META_MARK ? "mark" : fmt::format("key{}", key),
                  value));
  return true;
}

bool RuleReader::read_payload(const nftnl_expr* e) {
  if (nftnl_expr_is_set(e, NFTNL_EXPR_PAYLOAD_SREG)) return false;
  const std::uint32_t base = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_BASE);
  const std::uint32_t offset = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET);
  const std::uint32_t length = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_LEN);
  at(nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_DREG)) = payload_held(base, offset, length);
  return true;
}

Held RuleReader::payload_held(std::uint32_t base, std::uint32_t offset, std::uint32_t length) {
  const std::string protocol = pending_protocol_.value_or(said_protocol_);
  if (base == NFT_PAYLOAD_TRANSPORT_HEADER && length == 2 && (offset == 0 || offset == 2)) {
    const std::string of = protocol.empty() ? "th" : protocol;
    pending_protocol_.reset();
    return {fmt::format("{} {}", of, offset == 0 ? "sport" : "dport"), ValueType::port};
  }
  if (base == NFT_PAYLOAD_NETWORK_HEADER) pending_family_.reset();
  if (base == NFT_PAYLOAD_NETWORK_HEADER && family_ == Family::ipv4) {
    if (offset == 9 && length == 1) return {"meta l4proto", ValueType::protocol};
    if (offset == 12 && length <= 4) return {"ip saddr", ValueType::address};
    if (offset == 16 && length <= 4) return {"ip daddr", ValueType::address};
  }
  if (base == NFT_PAYLOAD_NETWORK_HEADER && family_ == Family::ipv6) {
    if (offset == 8 && length <= 16) return {"ip6 saddr", ValueType::address6};
    if (offset == 24 && length <= 16) return {"ip6 daddr", ValueType::address6};
  }
  if (base == NFT_PAYLOAD_TRANSPORT_HEADER) put_protocol();
  constexpr std::array kBases{"ll"sv, "nh"sv, "th"sv, "ih"sv};
  const std::string_view name = base < kBases.size() ? kBases.at(base) : "?"sv;
  return {fmt::format("@{},{},{}", name, offset * 8, length * 8), ValueType::bytes};
}

bool RuleReader::read_ct(const nftnl_expr* e) {
  if (!nftnl_expr_is_set(e, NFTNL_EXPR_CT_DREG)) return false;
  const std::uint32_t key = nftnl_expr_get_u32(e, NFTNL_EXPR_CT_KEY);
  Held held{fmt::format("ct key{}", key), ValueType::bytes};
  if (key == NFT_CT_STATE) held = {"ct state", ValueType::ct_state};
  if (key == NFT_CT_STATUS) held = {"ct status", ValueType::host_number};
  if (key == NFT_CT_MARK) held = {"ct mark", ValueType::host_number};
  if (nftnl_expr_is_set(e, NFTNL_EXPR_CT_DIR)) {
    held.text += nftnl_expr_get_u8(e, NFTNL_EXPR_CT_DIR) == 0 ? " original" : " reply";
  }
  at(nftnl_expr_get_u32(e, NFTNL_EXPR_CT_DREG)) = std::move(held);
  return true;
}

bool RuleReader::read_fib(const nftnl_expr* e) {
  const std::uint32_t flags = nftnl_expr_get_u32(e, NFTNL_EXPR_FIB_FLAGS);
  const std::uint32_t result = nftnl_expr_get_u32(e, NFTNL_EXPR_FIB_RESULT);
  std::string text = "fib";
  if ((flags & NFTA_FIB_F_SADDR) != 0) text += " saddr";
  if ((flags & NFTA_FIB_F_DADDR) != 0) text += " daddr";
  if ((flags & NFTA_FIB_F_MARK) != 0) text += " . mark";
  if ((flags & NFTA_FIB_F_IIF) != 0) text += " . iif";
  if ((flags & NFTA_FIB_F_OIF) != 0) text += " . oif";
  const bool type = result == NFT_FIB_RESULT_ADDRTYPE;
  text += type ? " type" : result == NFT_FIB_RESULT_OIF ? " oif" : " oifname";
  at(nftnl_expr_get_u32(e, NFTNL_EXPR_FIB_DREG)) = {
      text, type ? ValueType::address_type : ValueType::host_number};
  return true;
}

bool RuleReader::read_bitwise(const nftnl_expr* e) {
  const std::uint32_t from = nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_SREG);
  const std::string invert = expression_bytes(e, NFTNL_EXPR_BITWISE_XOR);
  const bool masks = std::ranges::all_of(invert, [](char c) { return c == 0; });
  if (!masks || !nftnl_expr_is_set(e, NFTNL_EXPR_BITWISE_MASK)) return false;
  Held held = at(from);
  held.mask = expression_bytes(e, NFTNL_EXPR_BITWISE_MASK);
  at(nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_DREG)) = std::move(held);
  return true;
}

}  // namespace netmon
