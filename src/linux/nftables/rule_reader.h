// The reader behind view_of(). It follows the expressions of a rule through the registers.
// rule_loads.cpp reads what a register is loaded with, rule_conditions.cpp what it is compared
// with, rule_actions.cpp what happens to the packet, and rule_extensions.cpp the extensions of
// iptables.
#pragma once

#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linux/nftables/rule.h"
#include "linux/nftables/value.h"

namespace netmon {

// The content of a register.
struct Held {
  std::string text;  // "tcp dport", "ip saddr", "iifname"
  ValueType type = ValueType::bytes;
  std::string bytes;            // the value, where the rule itself loads one
  std::string mask;             // the mask of a bitwise operation on it; "" for none
  bool is_value = false;        // the rule itself loads a value
  bool picks_target = false;    // a number that picks one of several targets
  const NftSet* map = nullptr;  // the map that it was looked up in
};

// The value of an attribute of an expression; "" where it is not set.
std::string expression_bytes(const nftnl_expr* expression, std::uint16_t attribute);
std::string expression_text(const nftnl_expr* expression, std::uint16_t attribute);

// The text; where it is longer than kMaxReachText, its beginning and its digest.
std::string bounded_text(const std::string& text);

// The first 16 digits of the SHA-256 digest, which suffice to tell texts apart in a line that
// people read.
std::string short_digest(std::string_view bytes);

// The number of a register in units of four bytes. NFT_REG_1 to NFT_REG_4 have 16 bytes each and
// overlap the registers of four bytes.
std::uint32_t register_of(std::uint32_t number);

class RuleReader {
 public:
  RuleReader(const NftRule& rule, const NftRuleset& ruleset);

  NftRuleView run() &&;

 private:
  void put(std::string text) { words_.push_back(std::move(text)); }
  // Writes a condition that is not on the port, address or interface of arrival.
  void put_other(const std::string& text);
  void add_other(Conditions& when, const std::string& text) const;
  Held& at(std::uint32_t number) { return registers_[register_of(number)]; }

  void read(const nftnl_expr* e);
  void put_protocol();
  [[nodiscard]] std::string join_words() const;
  static std::string raw_text(const nftnl_expr* e, const std::string& name);
  void put_raw(const nftnl_expr* e, const std::string& name);
  void read_choice(const nftnl_expr* e, const std::string& name);
  void read_log(const nftnl_expr* e);
  void read_quota(const nftnl_expr* e);

  // Each of these returns false where the expression has a form that is not known here.
  bool read_meta(const nftnl_expr* e);
  bool read_meta_set(const nftnl_expr* e);
  bool read_payload(const nftnl_expr* e);
  bool read_ct(const nftnl_expr* e);
  bool read_fib(const nftnl_expr* e);
  bool read_bitwise(const nftnl_expr* e);
  Held payload_held(std::uint32_t base, std::uint32_t offset, std::uint32_t length);

  void read_comparison(const nftnl_expr* e);
  void take_protocol(std::uint8_t number);
  bool put_range_end(const Held& held, const std::string& data);
  void put_comparison(const Held& held, std::uint32_t op, const std::string& data);
  bool note_condition(const Held& held, std::uint32_t op, const std::string& data);
  void read_range(const nftnl_expr* e);
  void read_lookup(const nftnl_expr* e);
  std::vector<Held> parts_from(std::uint32_t first, std::size_t key_bytes);
  bool note_set(const Held& part, const NftSet& set);
  std::string inline_set(const NftSet& set, const std::string& types);
  void take_map(const nftnl_expr* e, const NftSet* set, const std::vector<Held>& parts,
                const std::string& text);
  Conditions conditions_of(const std::vector<Held>& parts, const NftElement& element,
                           const std::string& last);
  void note_value(Conditions& when, const Held& part, const std::string& low,
                  const std::string& high);
  [[nodiscard]] std::vector<Conditions> all_conditions() const;

  void read_immediate(const nftnl_expr* e);
  void note_verdict(std::int32_t verdict, const std::string& chain, const Conditions& when);
  void add_forward(const std::string& target);
  std::string bytes_in(const nftnl_expr* e, std::uint16_t attribute);
  void read_nat(const nftnl_expr* e);
  struct TargetRegisters {
    std::uint16_t address = 0;  // numbers of the attributes that name the registers; 0 for none
    std::uint16_t last_address = 0;
    std::uint16_t port = 0;
    std::uint16_t last_port = 0;
  };
  const Held* held_by(const nftnl_expr* e, std::uint16_t attribute);
  std::string target_in(const nftnl_expr* e, const TargetRegisters& registers);
  void put_target(const std::string& verb, const nftnl_expr* e, const TargetRegisters& registers);
  bool forward_by_map(const nftnl_expr* e, const TargetRegisters& registers);
  [[nodiscard]] std::string target_of_element(const NftElement& element, const std::string& address,
                                              const std::string& port, bool by_address,
                                              bool by_port) const;
  void read_redirect(const nftnl_expr* e);
  void read_tproxy(const nftnl_expr* e);
  void read_masquerade();
  void read_reject();

  void read_match(const nftnl_expr* e);
  bool read_multiport(const nftnl_expr* e, const std::string& info);
  bool read_connection_state(const nftnl_expr* e, const std::string& info);
  bool read_address_type(const nftnl_expr* e, const std::string& info);
  bool read_set_match(std::uint32_t revision, const std::string& info);
  void read_set_target(std::uint32_t revision, const std::string& info);
  [[nodiscard]] std::string ipset_name(std::uint16_t index) const;
  bool read_ports_match(const std::string& name, const std::string& info);
  void read_target(const nftnl_expr* e);
  void read_tproxy_target(std::uint32_t revision, const std::string& info);
  [[nodiscard]] std::string xt_target(std::uint32_t revision, const std::string& info) const;

  const NftRule& rule_;
  const NftRuleset& ruleset_;
  Family family_ = Family::none;
  std::map<std::uint32_t, Held> registers_;
  std::vector<Held> map_parts_;
  std::vector<PortRange> port_choices_;
  std::optional<std::string> pending_protocol_;
  std::optional<std::string> pending_family_;
  std::string said_protocol_;
  std::vector<std::string> words_;
  Conditions when_;
  NftRuleView view_;
};

}  // namespace netmon
