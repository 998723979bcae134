// Tables of the older iptables as what nf_tables has for the same rules, so that both read the same
// and are judged by the same code.
#pragma once

#include "linux/netfilter/iptables.h"
#include "linux/nftables/ruleset.h"

namespace netmon {

// Adds the chains that decide something and all rules. Their counters are left out. Returns false,
// and adds nothing, where the table's bytes are not whole.
bool add_iptables_table(const IptablesTable& table, NftRuleset& ruleset);

}  // namespace netmon
