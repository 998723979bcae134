// One rule of nf_tables, as nft(8) writes it and as what it does. Counters, handles and the numbers
// of anonymous sets are left out: a reload of the same rules reads the same.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "linux/nftables/ruleset.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// What a rule asks of a packet, as far as it says which port is taken.
struct Conditions {
  std::optional<Protocol> protocol;  // absent: all that have ports
  bool other_protocol = false;       // one without ports: nothing is forwarded
  PortRange ports{0, 65535};
  IpAddress address;    // Family::none: any
  std::string device;   // "" for any
  std::string service;  // as Forward::service
  std::string rest;     // what else it asks for, as nft(8) writes it: "ip saddr 10.0.0.0/8"

  bool operator==(const Conditions&) const = default;
};

// Both must hold.
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
  bool asks = false;  // it looks into it, and does not only add to it
};

struct NftRuleView {
  std::string text;
  std::vector<NftJump> jumps;
  std::vector<NftForward> forwards;
  std::map<std::string, std::string> sets;  // that it looks into: name, types of the key
  std::vector<IpsetUse> ipsets;
  bool translates = false;  // it ends with DNAT, SNAT, masquerade, redirect or tproxy
  bool drops = false;       // or rejects
  bool accepts = false;
  bool returns = false;     // to the chain that led to it
  bool one_source = false;  // it speaks of a single source address
  bool source_set = false;  // it speaks of the sources in a set, and of no others
};

// Whether all that it can do is to turn away what comes from the sources that it names.
bool only_bans(const NftRuleView& rule);

NftRuleView view_of(const NftRule& rule, const NftRuleset& ruleset);

}  // namespace netmon
