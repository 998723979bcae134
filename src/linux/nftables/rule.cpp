#include "linux/nftables/rule.h"

#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "linux/nftables/rule_reader.h"
#include "netmon/core/values/sha256.h"
#include "netmon/core/values/text.h"

namespace netmon {

using namespace std::string_view_literals;

std::uint32_t register_of(std::uint32_t number) {
  return number >= NFT_REG_1 && number <= NFT_REG_4 ? 8 + (number - 1) * 4 : number;
}

std::string expression_bytes(const nftnl_expr* expression, std::uint16_t attribute) {
  std::uint32_t size = 0;
  const void* const data = nftnl_expr_get(expression, attribute, &size);
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

std::string expression_text(const nftnl_expr* expression, std::uint16_t attribute) {
  const char* const text = nftnl_expr_get_str(expression, attribute);
  return text == nullptr ? std::string() : escape_controls(sanitize(text));
}

std::string bounded_text(const std::string& text) {
  if (text.size() <= kMaxReachText) return text;
  return sanitize(text.substr(0, kMaxReachText - 32)) + "… sha256 " + short_digest(text);
}

std::string short_digest(std::string_view bytes) { return sha256_of(bytes).substr(0, 16); }

RuleReader::RuleReader(const NftRule& rule, const NftRuleset& ruleset)
    : rule_(rule), ruleset_(ruleset) {
  if (rule.table.first == NFPROTO_IPV4) family_ = Family::ipv4;
  if (rule.table.first == NFPROTO_IPV6) family_ = Family::ipv6;
}

NftRuleView RuleReader::run() && {
  nftnl_expr_foreach(
      rule_.rule.get(),
      [](nftnl_expr* expression, void* self) {
        static_cast<RuleReader*>(self)->read(expression);
        return 0;
      },
      this);
  put_protocol();
  view_.text = join_words();
  return std::move(view_);
}

void RuleReader::put_other(const std::string& text) {
  put(text);
  add_other(when_, text);
}

void RuleReader::add_other(Conditions& when, const std::string& text) const {
  when.rest = bounded_text(when.rest.empty() ? text : when.rest + " " + text);
}

// Writes the protocol, or the family, of an earlier comparison as words of its own. It is held back
// until here because "tcp dport 80" already names it.
void RuleReader::put_protocol() {
  if (pending_family_) put("meta nfproto " + *std::exchange(pending_family_, std::nullopt));
  if (!pending_protocol_) return;
  put("meta l4proto " + *pending_protocol_);
  pending_protocol_.reset();
}

std::string RuleReader::join_words() const {
  std::string text;
  for (const std::string& word : words_) text += (text.empty() ? "" : " ") + word;
  return bounded_text(text);
}

void RuleReader::read(const nftnl_expr* e) {
  const std::string name = expression_text(e, NFTNL_EXPR_NAME);
  if (name == "counter" || name == "last") return;
  if (name == "meta" && read_meta(e)) return;
  if (name == "payload" && read_payload(e)) return;
  if (name == "bitwise" && read_bitwise(e)) return;
  if (name == "cmp") return read_comparison(e);
  if (name == "range") return read_range(e);
  if (name == "lookup") return read_lookup(e);
  if (name == "immediate") return read_immediate(e);
  if (name == "ct" && read_ct(e)) return;
  if (name == "numgen" || name == "hash") return read_choice(e, name);
  if (name == "fib" && read_fib(e)) return;
  if (name == "match") return read_match(e);
  put_protocol();
  if (name == "nat") return read_nat(e);
  if (name == "redir") return read_redirect(e);
  if (name == "tproxy") return read_tproxy(e);
  if (name == "masq") return read_masquerade();
  if (name == "reject") return read_reject();
  if (name == "target") return read_target(e);
  if (name == "notrack") return put("notrack");
  if (name == "quota") return read_quota(e);
  if (name == "log") return read_log(e);
  put_raw(e, name);
}

std::string RuleReader::raw_text(const nftnl_expr* e, const std::string& name) {
  std::array<char, 512> text{};
  nftnl_expr_snprintf(text.data(), text.size(), e, NFTNL_OUTPUT_DEFAULT, 0);
  std::string shown = sanitize(text.data());
  while (!shown.empty() && shown.back() == ' ') shown.pop_back();
  return fmt::format("[{} {}]", name, shown);
}

// Writes an expression that has no words here in those of libnftnl, such as "[fwd sreg_dev 1]".
// They name registers, so the contents of the registers follow.
void RuleReader::put_raw(const nftnl_expr* e, const std::string& name) {
  constexpr std::array kWithoutRegisters{"limit"sv, "connlimit"sv, "synproxy"sv, "flow_offload"sv};
  std::string text = raw_text(e, name);
  const bool to_interface = name == "fwd" || name == "dup";
  const ValueType type = to_interface ? ValueType::interface : ValueType::bytes;
  const bool has_registers = std::ranges::find(kWithoutRegisters, name) == kWithoutRegisters.end();
  for (const auto& [number, held] : registers_) {
    if (!has_registers || (held.text.empty() && !held.is_value)) continue;
    text += held.is_value ? " " + value_text(held.bytes, type) : fmt::format(" ({})", held.text);
  }
  put_other(text);
  if (name == "dynset") view_.sets.emplace(expression_text(e, NFTNL_EXPR_DYNSET_SET_NAME), "");
}

// Notes a number that picks one of several targets at random, by a hash or in turn. It says nothing
// about which packets the rule matches.
void RuleReader::read_choice(const nftnl_expr* e, const std::string& name) {
  const std::uint16_t into =
      name == "numgen" ? std::uint16_t{NFTNL_EXPR_NG_DREG} : std::uint16_t{NFTNL_EXPR_HASH_DREG};
  Held held{raw_text(e, name), ValueType::host_number};
  held.picks_target = true;
  at(nftnl_expr_get_u32(e, into)) = std::move(held);
}

void RuleReader::read_log(const nftnl_expr* e) {
  const std::string prefix = expression_text(e, NFTNL_EXPR_LOG_PREFIX);
  put(prefix.empty() ? "log" : fmt::format("log prefix \"{}\"", prefix));
}

void RuleReader::read_quota(const nftnl_expr* e) {
  const bool over = (nftnl_expr_get_u32(e, NFTNL_EXPR_QUOTA_FLAGS) & NFT_QUOTA_F_INV) != 0;
  put(fmt::format("quota {}{} bytes", over ? "over " : "",
                  nftnl_expr_get_u64(e, NFTNL_EXPR_QUOTA_BYTES)));
}

Conditions combined(const Conditions& outer, const Conditions& inner) {
  Conditions both = inner;
  if (!both.protocol) both.protocol = outer.protocol;
  both.other_protocol = outer.other_protocol || inner.other_protocol;
  both.ports.low = std::max(outer.ports.low, inner.ports.low);
  both.ports.high = std::min(outer.ports.high, inner.ports.high);
  if (both.address.family == Family::none) both.address = outer.address;
  if (both.device.empty()) both.device = outer.device;
  if (both.service.empty()) both.service = outer.service;
  if (both.rest.empty() || outer.rest.empty()) {
    both.rest += outer.rest;
  } else {
    both.rest = bounded_text(outer.rest + " " + inner.rest);
  }
  return both;
}

bool only_bans(const NftRuleView& rule) {
  const bool sources = rule.one_source || rule.source_set;
  return sources && rule.drops && !rule.accepts && !rule.translates && rule.jumps.empty();
}

NftRuleView view_of(const NftRule& rule, const NftRuleset& ruleset) {
  return RuleReader(rule, ruleset).run();
}

}  // namespace netmon
