// The actor of this process, which the chain records with each entry.
#pragma once

#include "netmon/core/review/evidence.h"

namespace netmon::cli {

// The effective user of this process, the current time and netmon's version.
Actor actor_now();

}  // namespace netmon::cli
