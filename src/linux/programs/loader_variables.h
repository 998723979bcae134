// The variables of an environment by which a loader or an interpreter takes in other code. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// Takes the variables of a fixed list out of /proc/PID/environ, sorted, at most 64; nothing else of
// an environment is kept. Secrets in a value are masked (secrets.h). What the process changed since
// it started is not in that file.
std::vector<LoaderVariable> parse_loader_variables(std::string_view environ);

}  // namespace netmon
