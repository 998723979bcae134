// The end of a switch that names every enumerator of an enum and returns from each case.
#pragma once

namespace netmon {

// Throws std::logic_error that names the calling function. Only a value that is no enumerator
// passes all cases: that is a bug of netmon or damaged memory, and no result would be right. An
// enumerator that a switch forgets is found by -Wswitch, which is an error here.
[[noreturn]] void no_such_enumerator(const char* caller = __builtin_FUNCTION());

}  // namespace netmon
