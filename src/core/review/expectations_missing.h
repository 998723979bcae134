// What a rule promised, as a change that was not seen.
#pragma once

#include "netmon/core/review/expectations.h"

namespace netmon {

// Kind, role, protocol, port and peer as far as the rule names one; no process. The message says
// all that it names.
Change promised_change(const Rule& rule);

}  // namespace netmon
