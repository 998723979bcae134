// What the rules of a namespace say, as facts and forwards: a walk from the base chains over all
// that a packet can come to.
#pragma once

#include "linux/nftables/ruleset.h"
#include "linux/reach/reach.h"

namespace netmon {

// The names of the sets of ipset that rules ask are added to `ruleset`.
void add_filter_facts(NftRuleset& ruleset, ReachRead& reach);

}  // namespace netmon
