// The privileges that a process needs to read a host, and that it must use for nothing else.
#pragma once

#include <cstdint>

namespace netmon {

// What remains of root's capabilities. `files` keeps CAP_DAC_OVERRIDE, which lets root read and
// write in other users' folders.
enum class Keep : std::uint8_t { nothing, files };

// Gives up every other capability for good: no program that is started afterwards gets one back
// (PR_SET_NO_NEW_PRIVS). A user other than root who was granted some for a capture keeps none.
// Applies to this thread and the threads that it starts from now on, so no other one may be
// running. Throws SystemError on failure. Having no capability is no failure, and it may be called
// again.
void drop_privileges(Keep keep);

}  // namespace netmon
