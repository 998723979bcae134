#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "linux/nftables/rule_reader.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

std::string_view operator_text(std::uint32_t op) {
  constexpr std::array kOperators{""sv, "!= "sv, "< "sv, "<= "sv, "> "sv, ">= "sv};
  return op < kOperators.size() ? kOperators.at(op) : "? "sv;
}

std::optional<Protocol> protocol_of(std::uint8_t number) {
  if (number == IPPROTO_TCP) return Protocol::tcp;
  if (number == IPPROTO_UDP) return Protocol::udp;
  if (number == IPPROTO_UDPLITE) return Protocol::udplite;
  return std::nullopt;
}

}  // namespace

void RuleReader::read_comparison(const nftnl_expr* e) {
  const Held held = at(nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_SREG));
  const std::uint32_t op = nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_OP);
  const std::string data = expression_bytes(e, NFTNL_EXPR_CMP_DATA);
  if (held.text == "meta l4proto" && op == NFT_CMP_EQ && data.size() == 1) {
    return take_protocol(static_cast<std::uint8_t>(data.front()));
  }
  if (held.text == "meta nfproto" && op == NFT_CMP_EQ && data.size() == 1) {
    family_ = data.front() == NFPROTO_IPV4 ? Family::ipv4 : Family::ipv6;
    const bool any = when_.address.family == Family::none;
    if (any) when_.address = *parse_ip_address(family_ == Family::ipv4 ? "0.0.0.0" : "::");
  }
  if (held.text == "meta nfproto" && op == NFT_CMP_EQ) {
    pending_family_ = value_text(data, held.type);
    return;
  }
  if (op != NFT_CMP_LTE || !put_range_end(held, data)) put_comparison(held, op, data);
  if (!note_condition(held, op, data) && !held.picks_target) add_other(when_, words_.back());
}

void RuleReader::take_protocol(std::uint8_t number) {
  if (pending_protocol_) put_protocol();
  pending_protocol_ = value_text(std::string(1, static_cast<char>(number)), ValueType::protocol);
  said_protocol_ = *pending_protocol_;
  when_.protocol = protocol_of(number);
  when_.other_protocol = !when_.protocol;
}

// Makes one range of "tcp dport >= 1000" and "tcp dport <= 2000". Returns false where the condition
// before is no such beginning.
bool RuleReader::put_range_end(const Held& held, const std::string& data) {
  const std::string begin = held.text + " >= ";
  if (words_.empty() || !words_.back().starts_with(begin)) return false;
  words_.back() = fmt::format("{} {}-{}", held.text, words_.back().substr(begin.size()),
                              value_text(data, held.type));
  return true;
}

void RuleReader::put_comparison(const Held& held, std::uint32_t op, const std::string& data) {
  const bool zero = std::ranges::all_of(data, [](char c) { return c == 0; });
  if (!held.mask.empty() && zero &&
      (held.type == ValueType::ct_state || held.type == ValueType::host_number)) {
    return put(fmt::format("{} {}{}", held.text, op == NFT_CMP_EQ ? "! " : "",
                           value_text(held.mask, held.type)));
  }
  const std::string value =
      held.mask.empty() ? value_text(data, held.type) : masked_text(data, held.mask, held.type);
  put(fmt::format("{} {}{}", held.text, operator_text(op), value));
}

// Notes a condition on the port, address or interface of arrival. Returns whether the fields of
// Conditions now say all of it.
bool RuleReader::note_condition(const Held& held, std::uint32_t op, const std::string& data) {
  const bool whole = held.mask.empty() && (data.size() == 4 || data.size() == 16);
  if (held.text.ends_with(" dport") && data.size() == 2 && held.mask.empty()) {
    const std::uint16_t port = port_in(data);
    if (op == NFT_CMP_EQ) when_.ports = {port, port};
    if (op == NFT_CMP_GTE) when_.ports.low = port;
    if (op == NFT_CMP_LTE) when_.ports.high = port;
    return op == NFT_CMP_EQ || op == NFT_CMP_GTE || op == NFT_CMP_LTE;
  }
  if (op != NFT_CMP_EQ) return false;
  if (held.text.ends_with(" saddr") && whole) view_.one_source = true;
  if (held.text.ends_with(" daddr") && whole) {
    when_.address = address_in(data);
  } else if (held.text == "iifname" && data.find('\0') != std::string::npos) {
    when_.device = value_text(data, ValueType::bare_name);
  } else if (held.text == "iif") {
    when_.device = value_text(data, ValueType::bare_interface);
  } else {
    return false;
  }
  return true;
}

void RuleReader::read_range(const nftnl_expr* e) {
  const Held held = at(nftnl_expr_get_u32(e, NFTNL_EXPR_RANGE_SREG));
  const bool inverted = nftnl_expr_get_u32(e, NFTNL_EXPR_RANGE_OP) == NFT_RANGE_NEQ;
  const std::string from = expression_bytes(e, NFTNL_EXPR_RANGE_FROM_DATA);
  const std::string to = expression_bytes(e, NFTNL_EXPR_RANGE_TO_DATA);
  put(fmt::format("{} {}{}-{}", held.text, inverted ? "!= " : "", value_text(from, held.type),
                  value_text(to, held.type)));
  if (held.text.ends_with(" dport") && !inverted && from.size() == 2 && to.size() == 2) {
    when_.ports = {port_in(from), port_in(to)};
  } else {
    add_other(when_, words_.back());
  }
}

// The contents of consecutive registers that together are the key of a set.
std::vector<Held> RuleReader::parts_from(std::uint32_t first, std::size_t key_bytes) {
  std::vector<Held> parts;
  std::uint32_t number = register_of(first);
  std::size_t left = key_bytes;
  while (left > 0 && registers_.contains(number)) {
    const Held& held = registers_.at(number);
    parts.push_back(held);
    const std::size_t size = padded_size(held.type, left);
    number += static_cast<std::uint32_t>(size / 4);
    left -= std::min(left, size);
  }
  if (parts.empty()) parts.emplace_back();
  return parts;
}

void RuleReader::read_lookup(const nftnl_expr* e) {
  const std::string name = expression_text(e, NFTNL_EXPR_LOOKUP_SET);
  const bool inverted = nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_FLAGS) &&
                        (nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV) != 0;
  const NftSet* const set = ruleset_.find_set(rule_.table, name);
  const std::size_t key_bytes =
      set == nullptr || set->elements.empty() ? 4 : set->elements.front().key.size();
  const std::vector<Held> parts =
      parts_from(nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_SREG), key_bytes);
  std::string left;
  std::string types;
  for (const Held& part : parts) {
    left += (left.empty() ? "" : " . ") + part.text;
    types += static_cast<char>(part.type);
    if (part.text.ends_with(" saddr") && !inverted) view_.source_set = true;
  }
  const bool anonymous = set != nullptr && (set->flags & NFT_SET_ANONYMOUS) != 0;
  if (!anonymous) view_.sets[name] = types;
  const std::string right = anonymous ? inline_set(*set, types) : "@" + name;
  if (nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_DREG)) {
    return take_map(e, set, parts, fmt::format("{} {} {}", left, "map", right));
  }
  put(fmt::format("{} {}{}", left, inverted ? "!= " : "", right));
  const bool noted =
      set != nullptr && !inverted && parts.size() == 1 && note_set(parts.front(), *set);
  if (!noted) add_other(when_, words_.back());
}

// Notes the ports of a set as alternatives, each of which becomes conditions of its own. Returns
// false where the set is not one of destination ports.
bool RuleReader::note_set(const Held& part, const NftSet& set) {
  if (!part.text.ends_with(" dport")) return false;
  for (const auto& [low, high] : intervals_of(set)) {
    if (low.size() != 2 || high.size() != 2) return false;
    port_choices_.push_back({port_in(low), port_in(high)});
  }
  return true;
}

std::string RuleReader::inline_set(const NftSet& set, const std::string& types) {
  std::string text;
  for (const NftElementText& element : element_texts(set, types)) {
    text += (text.empty() ? "" : ", ") + element.text;
    if (text.size() > kMaxReachText) break;
  }
  if (text.size() > kMaxReachText) {
    std::string all;
    for (const NftElementText& element : element_texts(set, types)) all += element.text + "\n";
    return fmt::format("{{ {} elements, sha256 {} }}", set.elements.size(), short_digest(all));
  }
  return fmt::format("{{ {} }}", text);
}

void RuleReader::take_map(const nftnl_expr* e, const NftSet* set, const std::vector<Held>& parts,
                          const std::string& text) {
  const std::uint32_t into = nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_DREG);
  if (into == NFT_REG_VERDICT) {
    put_protocol();
    std::string line = text;
    line.replace(line.find(" map "), 5, " vmap ");
    put(line);
    if (set == nullptr) return;
    for_each_interval(*set, [&](const NftElement& element, const std::string& last) {
      note_verdict(element.verdict, element.chain, conditions_of(parts, element, last));
    });
    return;
  }
  Held held{text, ValueType::bytes};
  held.map = set;
  map_parts_ = parts;
  at(into) = std::move(held);
}

// The conditions of one element of a map, added to those of the rule. `last` is the last key of the
// element's interval.
Conditions RuleReader::conditions_of(const std::vector<Held>& parts, const NftElement& element,
                                     const std::string& last) {
  Conditions when = when_;
  if (element.catch_all) return when;
  std::size_t offset = 0;
  for (const Held& part : parts) {
    const std::size_t left = element.key.size() - std::min(offset, element.key.size());
    const std::size_t size = value_size(part.type, left);
    const auto value_in = [&](const std::string& key) {
      return key.substr(std::min(offset, key.size()), size);
    };
    note_value(when, part, value_in(element.key), value_in(last));
    offset += padded_size(part.type, left);
  }
  return when;
}

// Adds the condition that a part of a key lies between two values.
void RuleReader::note_value(Conditions& when, const Held& part, const std::string& low,
                            const std::string& high) {
  if (part.picks_target) return;
  const bool is_one = low == high;
  if (part.text.ends_with(" dport") && low.size() == 2 && high.size() == 2) {
    when.ports = {port_in(low), port_in(high)};
  } else if (part.text.ends_with(" daddr") && is_one && (low.size() == 4 || low.size() == 16)) {
    when.address = address_in(low);
  } else if (part.text == "meta l4proto" && is_one && low.size() == 1) {
    when.protocol = protocol_of(static_cast<std::uint8_t>(low.front()));
    when.other_protocol = !when.protocol;
  } else {
    const std::string first = value_text(low, part.type);
    const std::string values = is_one ? first : first + "-" + value_text(high, part.type);
    add_other(when, fmt::format("{} {}", part.text, values));
  }
}

// The rule's conditions, once for each port or range of ports that a set names.
std::vector<Conditions> RuleReader::all_conditions() const {
  if (port_choices_.empty()) return {when_};
  std::vector<Conditions> all;
  for (const PortRange& ports : port_choices_) {
    all.push_back(when_);
    all.back().ports = ports;
  }
  return all;
}

}  // namespace netmon
