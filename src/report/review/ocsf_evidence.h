// The evidence of a change as the attribute "evidences" of OCSF 1.3.0 (schema.ocsf.io).
#pragma once

#include "netmon/core/diff/diff.h"
#include "report/text/json.h"

namespace netmon {

// An array that is never empty: one element for each program that holds the place, with the first
// address, then one for each further address. Text from the host is exact, as in JSON.
Json evidences_json(const Change& change);

}  // namespace netmon
