// Golden files show what a report looks like. They are in tests/golden, and people read them.
#pragma once

#include <string>

namespace netmon {

// Compares the text with tests/golden/NAME. With UPDATE_GOLDEN=1 a file that differs is rewritten,
// and the check still fails: only a second run without a difference passes.
void check_golden(const std::string& name, const std::string& actual);

}  // namespace netmon
