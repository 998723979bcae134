// Turns the rules of a namespace into facts and forwards, by a walk from the base chains to every
// chain that a packet can reach.
#pragma once

#include "linux/nftables/ruleset.h"
#include "linux/reach/reach.h"

namespace netmon {

// Adds the facts and forwards to `reach`, and the names of the ipset(8) sets that rules use to
// `ruleset`.
void add_filter_facts(NftRuleset& ruleset, ReachRead& reach);

}  // namespace netmon
