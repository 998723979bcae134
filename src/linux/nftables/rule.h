// Turns one rule of nf_tables into a text, as nft(8) writes it, and into what the rule does.
// Counters, handles and the numbers of anonymous sets are left out, so that the same rules read the
// same after a reload.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "linux/nftables/ruleset.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// The conditions under which a rule applies to a packet, split by what a Forward needs.
struct Conditions {
  std::optional<Protocol> protocol;  // absent: every protocol that has ports
  bool other_protocol = false;       // the rule is for a protocol without ports
  PortRange ports{0, 65535};         // destination ports
  IpAddress address;                 // destination address; Family::none for any
  std::string device;                // interface of arrival; "" for any
  std::string service;               // as Forward::service
  std::string rest;                  // other conditions as nft(8) writes them

  bool operator==(const Conditions&) const = default;
};

// The conditions for which both must hold.
Conditions combined(const Conditions& outer, const Conditions& inner);

struct NftJump {
  Conditions when;
  std::string chain;
};

struct NftForward {
  Conditions when;
  std::string target;
};

// A set of ipset(8), by the kernel's number.
struct IpsetUse {
  std::uint16_t index = 0;
  bool looks_up = false;  // the rule looks values up in it, and does not only add to it
};

struct NftRuleView {
  std::string text;
  std::vector<NftJump> jumps;
  std::vector<NftForward> forwards;
  // The sets that it uses: name, and the types of the key, "" where it only adds to the set.
  std::map<std::string, std::string> sets;
  std::vector<IpsetUse> ipsets;
  bool translates = false;  // it does DNAT, SNAT, masquerade, redirect or tproxy
  bool drops = false;       // it drops or rejects
  bool accepts = false;
  bool returns = false;     // it returns to the chain that jumped to its own
  bool one_source = false;  // it applies to a single source address
  bool source_set = false;  // it applies to the sources in a set
};

// Whether the rule can only turn away packets from the sources that it names.
bool only_bans(const NftRuleView& rule);

NftRuleView view_of(const NftRule& rule, const NftRuleset& ruleset);

}  // namespace netmon
