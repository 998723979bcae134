// Who does what is recorded in the chain.
#pragma once

#include "netmon/core/review/evidence.h"

namespace netmon::cli {

// The effective user of this process, now.
Actor actor_now();

}  // namespace netmon::cli
