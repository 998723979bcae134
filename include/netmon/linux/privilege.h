// The privileges that a process needs to read a host, and is to do nothing else with.
#pragma once

#include <cstdint>

namespace netmon {

// What is left of root's capabilities: `files` is CAP_DAC_OVERRIDE, by which root reads and writes
// in other users' folders.
enum class Keep : std::uint8_t { nothing, files };

// Gives up every other capability, for good: no program that is started afterwards gets one back
// (PR_SET_NO_NEW_PRIVS). A user other than root, who was lent some for a capture, keeps none. Of
// this thread and those that it starts from now on, so that no other may be running. Throws
// SystemError where that fails. To have none is no failure, and to call it again is none.
void drop_privileges(Keep keep);

}  // namespace netmon
