// The rule set of nf_tables as facts and forwards.
#pragma once

#include "linux/reach/reach.h"

namespace netmon {

void read_nft_filters(ReachRead& reach);

}  // namespace netmon
