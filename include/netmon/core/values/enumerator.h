// How a switch ends that names every enumerator of an enum, each with its answer.
#pragma once

namespace netmon {

// Throws std::logic_error, which names the calling function. Only a value that is no enumerator
// gets past all cases: it is a bug of netmon or damaged memory, and no answer to it would be right.
// -Wswitch, an error here, tells of an enumerator that a switch forgets.
[[noreturn]] void no_such_enumerator(const char* caller = __builtin_FUNCTION());

}  // namespace netmon
