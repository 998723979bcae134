// Finds the variables of an environment that make a loader or an interpreter load other code. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// The variables of a fixed list that are in /proc/PID/environ, sorted, at most 64. Nothing else of
// an environment is kept, and secrets in a value are masked (secrets.h). The file does not show
// what the process has changed since it started.
std::vector<LoaderVariable> parse_loader_variables(std::string_view environ);

}  // namespace netmon
