// What the programs of short-lived processes are.
#pragma once

#include "netmon/core/model/events.h"
#include "netmon/core/model/executable.h"

namespace netmon {

// Completes the processes of a window by what can still be read: of one that lives, all that a
// capture reads; of one that has ended, the digest of its executable, where the file at its path is
// the one that ran (device, inode, size and change time). The rest stays absent. Returns what was
// not known of files before.
ExecutableDigests complete_processes(EventWindow& window, const ExecutableDigests& known);

}  // namespace netmon
