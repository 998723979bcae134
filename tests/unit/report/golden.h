// Golden files: what a report looks like, kept in tests/golden and read by people.
#pragma once

#include <string>

namespace netmon {

// Compares with tests/golden/NAME. With UPDATE_GOLDEN=1 a file that differs is written anew and
// the check fails all the same: only a second run, without a difference, passes.
void check_golden(const std::string& name, const std::string& actual);

}  // namespace netmon
