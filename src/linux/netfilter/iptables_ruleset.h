// Translates tables of the older iptables into the rules that nf_tables would have for them, so
// that both read the same and are judged by the same code.
#pragma once

#include "linux/netfilter/iptables.h"
#include "linux/nftables/ruleset.h"

namespace netmon {

// Adds the base chains that decide something, and all rules without their counters. Returns false,
// and adds nothing, where the table's bytes are malformed.
bool add_iptables_table(const IptablesTable& table, NftRuleset& ruleset);

}  // namespace netmon
