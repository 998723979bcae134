// Turns the promise of a rule into a change that was not seen.
#pragma once

#include "netmon/core/review/expectations.h"

namespace netmon {

// Sets kind, role, protocol, port and peer as far as the rule names a single one; there is no
// process. The message lists everything that the rule names.
Change promised_change(const Rule& rule);

}  // namespace netmon
